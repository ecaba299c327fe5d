package millrace.peer;

import static millrace.peer.Draws.draw;

/** Makes the lines of the word count. */
public final class Lines implements Maker<String> {
  private static final int WORDS_PER_LINE = 10;

  @Override
  public String make(int n) {
    StringBuilder line = new StringBuilder(64);
    for (int j = 0; j < WORDS_PER_LINE; j++) {
      int m = n * WORDS_PER_LINE + j;
      if (j > 0) {
        line.append(' ');
      }
      line.append('w').append(Integer.toString(draw(m, 20, 1 + draw(m, 21, 50_000)), 36));
    }
    return line.toString();
  }
}
