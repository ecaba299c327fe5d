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
  private final Order order;

  public RecordSource(Maker<T> maker, Order order) {
    this.maker = maker;
    this.order = order;
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.BOUNDED;
  }

  @Override
  public SourceReader<T, Blocks> createReader(SourceReaderContext context) {
    return new BlockReader<>(maker, order);
  }

  @Override
  public SplitEnumerator<Blocks, Void> createEnumerator(SplitEnumeratorContext<Blocks> context) {
    return new BlockEnumerator(context, order.first());
  }

  @Override
  public SplitEnumerator<Blocks, Void> restoreEnumerator(SplitEnumeratorContext<Blocks> context, Void checkpoint) {
    return new BlockEnumerator(context, order.first());
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
