package millrace.peer;

import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** The records of an order, divided between the source's instances block by block. */
public final class RecordSource<T> implements Source<T, Blocks, Void> {
  private final Maker<T> maker;
  private final int first;
  private final int end;
  private final boolean elided;

  public RecordSource(Maker<T> maker, Order order) {
    this.maker = maker;
    this.first = order.first();
    this.end = order.first() + order.count();
    this.elided = order.elided();
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.BOUNDED;
  }

  @Override
  public SourceReader<T, Blocks> createReader(SourceReaderContext context) {
    return new BlockReader<>(maker, end, elided);
  }

  @Override
  public SplitEnumerator<Blocks, Void> createEnumerator(SplitEnumeratorContext<Blocks> context) {
    return new BlockEnumerator(context, first);
  }

  @Override
  public SplitEnumerator<Blocks, Void> restoreEnumerator(SplitEnumeratorContext<Blocks> context, Void checkpoint) {
    return new BlockEnumerator(context, first);
  }

  @Override
  public SimpleVersionedSerializer<Blocks> getSplitSerializer() {
    return new Blocks.Serializer();
  }

  @Override
  public SimpleVersionedSerializer<Void> getEnumeratorCheckpointSerializer() {
    return new NothingSerializer();
  }

  private static final class NothingSerializer implements SimpleVersionedSerializer<Void> {
    @Override
    public int getVersion() {
      return 1;
    }

    @Override
    public byte[] serialize(Void nothing) {
      return new byte[0];
    }

    @Override
    public Void deserialize(int version, byte[] serialized) {
      return null;
    }
  }
}
