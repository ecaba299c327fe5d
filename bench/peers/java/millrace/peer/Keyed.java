package millrace.peer;

import static millrace.peer.Draws.draw;

/** A record of the keyed sums. */
public record Keyed(int key, int value, long ts) {
  public static Keyed make(int n) {
    return new Keyed(draw(n, 30, 10_000), draw(n, 31, 1000), Event.timeOf(n));
  }
}
