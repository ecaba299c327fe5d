package millrace.peer;

import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/** Hashes every row; at the end of the input each writer adds what it has to {@link Totals}. */
public final class CheckSink<T> implements Sink<T> {
  private final RowHasher<T> hasher;

  public CheckSink(RowHasher<T> hasher) {
    this.hasher = hasher;
  }

  @Override
  public SinkWriter<T> createWriter(WriterInitContext context) {
    return new Writer<>(hasher);
  }

  private static final class Writer<T> implements SinkWriter<T> {
    private final RowHasher<T> hasher;
    private int checksum;
    private long rows;
    private long characters;

    Writer(RowHasher<T> hasher) {
      this.hasher = hasher;
    }

    @Override
    public void write(T row, Context context) {
      checksum += hasher.hash(row);
      characters += hasher.characters(row);
      rows++;
    }

    @Override
    public void flush(boolean endOfInput) {
      if (!endOfInput) {
        return;
      }
      Totals.add(checksum, rows, characters);
      checksum = 0;
      rows = 0;
      characters = 0;
    }

    @Override
    public void close() {}
  }
}
