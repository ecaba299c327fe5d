package millrace.peer;

/** A record of the auction stream. */
public abstract class Event {
  /** Event time of event 0, in ms since 1970. Ten events share a millisecond. */
  public static final long BASE_MS = 1_600_000_000_000L;

  /** In ms since 1970. */
  public final long ts;

  protected Event(long ts) {
    this.ts = ts;
  }

  public static long timeOf(int n) {
    return BASE_MS + n / 10;
  }

  /** An event time as ms since {@link #BASE_MS}. */
  public static int tick(long ts) {
    return (int) (ts - BASE_MS);
  }
}
