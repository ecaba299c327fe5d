package millrace.peer;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.jet.config.JobConfig;
import com.hazelcast.jet.config.ProcessingGuarantee;
import millrace.peer.queries.Queries;

/** Hazelcast Jet as a contender: one member in this JVM, as many cooperative threads as there are workers. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    Contender.main(args, Main::run);
  }

  private static void run(Order order) {
    HazelcastInstance member = Hazelcast.newHazelcastInstance(config(order));
    JobConfig job = new JobConfig();
    if (order.checkpointed()) {
      job.setProcessingGuarantee(ProcessingGuarantee.EXACTLY_ONCE).setSnapshotIntervalMillis(order.checkpointIntervalMs());
    }
    member.getJet().newJob(Queries.pipeline(order), job).join();
  }

  private static Config config(Order order) {
    Config config = new Config();
    config.getJetConfig().setEnabled(true).setCooperativeThreadCount(order.workers());
    config.setProperty("hazelcast.logging.type", "none").setProperty("hazelcast.phone.home.enabled", "false");
    config.getNetworkConfig().getJoin().getAutoDetectionConfig().setEnabled(false);
    config.getNetworkConfig().getJoin().getMulticastConfig().setEnabled(false);
    config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    return config;
  }
}
