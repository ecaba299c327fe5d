package millrace.peer;

import java.nio.ByteBuffer;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/** What instance {@code index} of {@code instances} makes: the records with floor(n / 1024) mod instances = index, from {@code next} on. */
public record Blocks(int index, int instances, int next) implements SourceSplit {
  @Override
  public String splitId() {
    return String.valueOf(index);
  }

  public static final class Serializer implements SimpleVersionedSerializer<Blocks> {
    @Override
    public int getVersion() {
      return 1;
    }

    @Override
    public byte[] serialize(Blocks blocks) {
      return ByteBuffer.allocate(12).putInt(blocks.index).putInt(blocks.instances).putInt(blocks.next).array();
    }

    @Override
    public Blocks deserialize(int version, byte[] serialized) {
      ByteBuffer bytes = ByteBuffer.wrap(serialized);
      return new Blocks(bytes.getInt(), bytes.getInt(), bytes.getInt());
    }
  }
}
