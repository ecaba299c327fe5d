package millrace.peer;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.core.io.InputStatus;

/** Makes the records of one source instance, in order. */
final class BlockReader<T> implements SourceReader<T, Blocks> {
  /** Between two polls the task looks after its checkpoints and timers. */
  private static final int RECORDS_PER_POLL = 64;

  private final Maker<T> maker;
  private final Order order;
  private final CompletableFuture<Void> assigned = new CompletableFuture<>();
  private Blocks blocks;
  private Records<T> records;

  BlockReader(Maker<T> maker, Order order) {
    this.maker = maker;
    this.order = order;
  }

  @Override
  public InputStatus pollNext(ReaderOutput<T> output) {
    if (blocks == null) {
      return InputStatus.NOTHING_AVAILABLE;
    }
    for (int i = 0; i < RECORDS_PER_POLL; i++) {
      T record = records.next();
      if (record == null) {
        return InputStatus.END_OF_INPUT;
      }
      output.collect(record, records.ts());
    }
    return InputStatus.MORE_AVAILABLE;
  }

  @Override
  public void addSplits(List<Blocks> splits) {
    blocks = splits.get(0);
    records = new Records<>(maker, order, blocks.index(), blocks.instances(), blocks.next());
    Totals.started(System.nanoTime());
    assigned.complete(null);
  }

  @Override
  public List<Blocks> snapshotState(long checkpointId) {
    return blocks == null ? List.of() : List.of(new Blocks(blocks.index(), blocks.instances(), records.position()));
  }

  @Override
  public CompletableFuture<Void> isAvailable() {
    return assigned;
  }

  @Override
  public void start() {}

  @Override
  public void notifyNoMoreSplits() {}

  @Override
  public void close() {}
}
