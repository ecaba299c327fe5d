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
    private final Check<T> check;

    Writer(RowHasher<T> hasher) {
      check = new Check<>(hasher);
    }

    @Override
    public void write(T row, Context context) {
      check.add(row);
    }

    @Override
    public void flush(boolean endOfInput) {
      if (endOfInput) {
        check.end();
      }
    }

    @Override
    public void close() {}
  }
}
