package millrace.peer;

import static com.hazelcast.jet.core.BroadcastKey.broadcastKey;

import com.hazelcast.jet.Traverser;
import com.hazelcast.jet.core.AbstractProcessor;
import com.hazelcast.jet.core.BroadcastKey;
import com.hazelcast.jet.core.EventTimeMapper;
import com.hazelcast.jet.core.EventTimePolicy;
import com.hazelcast.jet.core.ProcessorMetaSupplier;
import com.hazelcast.jet.core.ProcessorSupplier;
import com.hazelcast.jet.pipeline.Sources;
import com.hazelcast.jet.pipeline.StreamSource;

/** The records of an order, divided between the source's processors block by block. */
public final class RecordSource<T> extends AbstractProcessor {
  /** Between two calls the engine looks after its snapshots and other processors. */
  private static final int RECORDS_PER_CALL = 1024;

  private final Maker<T> maker;
  private final Order order;
  private final EventTimeMapper<T> times;
  private int index;
  private Records<T> records;
  private Traverser<Object> pending;

  private RecordSource(Maker<T> maker, Order order, EventTimePolicy<? super T> policy) {
    this.maker = maker;
    this.order = order;
    this.times = new EventTimeMapper<>(policy);
    times.addPartitions(1);
  }

  public static <T> StreamSource<T> of(Maker<T> maker, Order order) {
    return Sources.streamFromProcessorWithWatermarks(
        "records", true, policy -> ProcessorMetaSupplier.of(order.workers(), supplier(maker, order, policy)));
  }

  private static <T> ProcessorSupplier supplier(Maker<T> maker, Order order, EventTimePolicy<? super T> policy) {
    return ProcessorSupplier.of(() -> new RecordSource<>(maker, order, policy));
  }

  @Override
  protected void init(Context context) {
    index = context.globalProcessorIndex();
    records = new Records<>(maker, order, index, order.workers(), order.first());
    Totals.started(System.nanoTime());
  }

  @Override
  public boolean complete() {
    if (pending != null && !emitFromTraverser(pending)) {
      return false;
    }
    for (int i = 0; i < RECORDS_PER_CALL; i++) {
      T record = records.next();
      if (record == null) {
        return true;
      }
      pending = times.flatMapEvent(record, 0, records.ts());
      if (!emitFromTraverser(pending)) {
        return false;
      }
    }
    return false;
  }

  @Override
  public boolean saveToSnapshot() {
    if (pending != null && !emitFromTraverser(pending)) {
      return false;
    }
    return getOutbox().offerToSnapshot(broadcastKey(index), records.position());
  }

  @Override
  protected void restoreFromSnapshot(Object key, Object position) {
    if (((BroadcastKey<?>) key).key().equals(index)) {
      records = new Records<>(maker, order, index, order.workers(), (Integer) position);
    }
  }
}
