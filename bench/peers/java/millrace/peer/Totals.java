package millrace.peer;

/** What all sinks of this process found, and when it began and ended: an engine runs in one JVM. */
public final class Totals {
  private static int checksum;
  private static long rows;
  private static long characters;
  private static long startedNanos = Long.MAX_VALUE;
  private static long endedNanos = Long.MIN_VALUE;

  private Totals() {}

  public static synchronized void started(long nanos) {
    startedNanos = Math.min(startedNanos, nanos);
  }

  public static synchronized void add(int moreChecksum, long moreRows, long moreCharacters) {
    checksum += moreChecksum;
    rows += moreRows;
    characters += moreCharacters;
    endedNanos = Math.max(endedNanos, System.nanoTime());
  }

  /** A line of JSON. */
  public static synchronized String report(Order order, long launchedNanos, long peakRssBytes) {
    StringBuilder json = new StringBuilder("{\"events\":").append(order.count());
    json.append(",\"seconds\":").append((endedNanos - startedNanos) / 1e9);
    json.append(",\"startupMs\":").append((startedNanos - launchedNanos) / 1e6);
    json.append(",\"checksum\":").append(Integer.toUnsignedString(checksum));
    json.append(",\"rows\":").append(rows);
    if (order.query().equals("q0")) {
      json.append(",\"characters\":").append(characters);
    }
    json.append(",\"checkpointIntervalMs\":").append(order.checkpointed() ? order.checkpointIntervalMs() : "null");
    json.append(",\"peakRssBytes\":").append(peakRssBytes > 0 ? peakRssBytes : "null");
    return json.append('}').toString();
  }
}
