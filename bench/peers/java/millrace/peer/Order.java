package millrace.peer;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;

/** What the harness asks for: arguments {@code name=value}. */
public record Order(String query, int first, int count, int workers, boolean elided, long checkpointIntervalMs)
    implements Serializable {
  public static Order parse(String[] args) {
    Map<String, String> values = new HashMap<>();
    for (String arg : args) {
      int at = arg.indexOf('=');
      if (at < 0) {
        throw new IllegalArgumentException(arg + " is not name=value");
      }
      values.put(arg.substring(0, at), arg.substring(at + 1));
    }
    return new Order(
        values.getOrDefault("query", ""),
        Integer.parseInt(values.getOrDefault("first", "0")),
        Integer.parseInt(values.getOrDefault("count", "0")),
        Integer.parseInt(values.getOrDefault("workers", "2")),
        Boolean.parseBoolean(values.get("elided")),
        Long.parseLong(values.getOrDefault("checkpointIntervalMs", "0")));
  }

  /** Behind the last record. */
  public int end() {
    return first + count;
  }

  public boolean checkpointed() {
    return checkpointIntervalMs > 0;
  }
}
