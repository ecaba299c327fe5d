package millrace.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import millrace.peer.queries.Queries;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Flink as a contender, on a MiniCluster. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    Contender.main(args, Main::run);
  }

  private static void run(Order order) throws Exception {
    Path checkpoints = Files.createTempDirectory("millrace-peer-flink-");
    try {
      StreamExecutionEnvironment environment = environment(order, checkpoints);
      Queries.build(environment, order);
      environment.execute(order.query());
    } finally {
      delete(checkpoints);
    }
  }

  private static StreamExecutionEnvironment environment(Order order, Path checkpoints) {
    Configuration configuration = new Configuration();
    configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    configuration.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
    configuration.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.createLocalEnvironment(order.workers(), configuration);
    environment.getConfig().enableObjectReuse();
    if (order.checkpointed()) {
      environment.enableCheckpointing(order.checkpointIntervalMs(), CheckpointingMode.EXACTLY_ONCE);
    }
    return environment;
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
