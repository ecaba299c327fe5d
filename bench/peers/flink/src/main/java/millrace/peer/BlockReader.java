package millrace.peer;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.core.io.InputStatus;

/** Makes the records of one source instance, in order. */
final class BlockReader<T> implements SourceReader<T, Blocks> {
  private static final int BLOCK_RECORDS = 1024;

  /** Between two polls the task looks after its checkpoints and timers. */
  private static final int RECORDS_PER_POLL = 64;

  private final Maker<T> maker;
  private final int end;
  private final boolean elided;
  private final CompletableFuture<Void> assigned = new CompletableFuture<>();
  private Blocks blocks;
  private int next;

  /** Kept where the JIT cannot prove that nobody looks: else it need not make what no operator reads. */
  private Object made;

  BlockReader(Maker<T> maker, int end, boolean elided) {
    this.maker = maker;
    this.end = end;
    this.elided = elided;
  }

  @Override
  public InputStatus pollNext(ReaderOutput<T> output) {
    if (blocks == null) {
      return InputStatus.NOTHING_AVAILABLE;
    }
    if (!toOwnBlock()) {
      return InputStatus.END_OF_INPUT;
    }
    int until = Math.min(Math.min(end, blockEnd()), next + RECORDS_PER_POLL);
    for (; next < until; next++) {
      T record = maker.make(next);
      if (!elided) {
        made = record;
      }
      output.collect(record, Event.timeOf(next));
    }
    return InputStatus.MORE_AVAILABLE;
  }

  /** Skips the blocks of other instances; false at the end. */
  private boolean toOwnBlock() {
    while (next < end && next / BLOCK_RECORDS % blocks.instances() != blocks.index()) {
      next = blockEnd();
    }
    return next < end;
  }

  private int blockEnd() {
    return (next / BLOCK_RECORDS + 1) * BLOCK_RECORDS;
  }

  @Override
  public void addSplits(List<Blocks> splits) {
    blocks = splits.get(0);
    next = blocks.next();
    Totals.started(System.nanoTime());
    assigned.complete(null);
  }

  @Override
  public List<Blocks> snapshotState(long checkpointId) {
    return blocks == null ? List.of() : List.of(new Blocks(blocks.index(), blocks.instances(), next));
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
