package millrace.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** An engine as a contender: takes an order, runs it in this JVM, prints a report as its last line. */
public final class Contender {
  /** Runs an order to its end; its sinks add what they have to {@link Totals}. */
  public interface Engine {
    void run(Order order) throws Exception;
  }

  private Contender() {}

  public static void main(String[] args, Engine engine) {
    long launchedNanos = System.nanoTime();
    try {
      Order order = Order.parse(args);
      engine.run(order);
      System.out.println(Totals.report(order, launchedNanos, peakRssBytes()));
      // Threads of the engine would keep the process.
      System.exit(0);
    } catch (Exception failure) {
      failure.printStackTrace();
      System.exit(1);
    }
  }

  /** What Linux says; 0 on other systems. */
  private static long peakRssBytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(status)) {
      String line = lines.filter(one -> one.startsWith("VmHWM:")).findFirst().orElse("0");
      return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
    }
  }
}
