package millrace.peer;

/** Hashes the rows of one sink. */
public final class Check<T> {
  private final RowHasher<T> hasher;
  private int checksum;
  private long rows;
  private long characters;

  public Check(RowHasher<T> hasher) {
    this.hasher = hasher;
  }

  public void add(T row) {
    checksum += hasher.hash(row);
    characters += hasher.characters(row);
    rows++;
  }

  /** At the end of the input: adds what there is to {@link Totals}, once. */
  public void end() {
    Totals.add(checksum, rows, characters);
    checksum = 0;
    rows = 0;
    characters = 0;
  }
}
