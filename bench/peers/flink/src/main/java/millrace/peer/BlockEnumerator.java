package millrace.peer;

import java.util.List;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;

/** Gives every source instance its blocks when it comes; nothing is to be remembered. */
final class BlockEnumerator implements SplitEnumerator<Blocks, Void> {
  private final SplitEnumeratorContext<Blocks> context;
  private final int first;

  BlockEnumerator(SplitEnumeratorContext<Blocks> context, int first) {
    this.context = context;
    this.first = first;
  }

  @Override
  public void addReader(int subtaskId) {
    context.assignSplit(new Blocks(subtaskId, context.currentParallelism(), first), subtaskId);
    context.signalNoMoreSplits(subtaskId);
  }

  @Override
  public void start() {}

  @Override
  public void handleSplitRequest(int subtaskId, String requesterHostname) {}

  @Override
  public void addSplitsBack(List<Blocks> splits, int subtaskId) {}

  @Override
  public Void snapshotState(long checkpointId) {
    return null;
  }

  @Override
  public void close() {}
}
