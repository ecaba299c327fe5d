package millrace.peer;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.ActorSystem;

/** Pekko Streams as a contender: an actor for every instance of a source and of what is by key, as many threads as there are workers. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    Contender.main(args, Main::run);
  }

  private static void run(Order order) {
    ActorSystem system = ActorSystem.create("peer", config(order));
    Totals.started(System.nanoTime());
    CompletionStage<?> done = Queries.run(order, system);
    done.toCompletableFuture().join();
  }

  private static Config config(Order order) {
    String threads = "parallelism-min = " + order.workers() + ", parallelism-max = " + order.workers();
    return ConfigFactory.parseString(
            "pekko.actor.default-dispatcher.fork-join-executor { " + threads + " }\n"
                + "pekko.stream.materializer { initial-input-buffer-size = 256, max-input-buffer-size = 1024 }\n"
                + "pekko.loglevel = ERROR, pekko.stdout-loglevel = ERROR")
        .withFallback(ConfigFactory.load());
  }
}
