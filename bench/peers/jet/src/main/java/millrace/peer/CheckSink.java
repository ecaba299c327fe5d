package millrace.peer;

import com.hazelcast.jet.pipeline.Sink;
import com.hazelcast.jet.pipeline.SinkBuilder;

/** Hashes every row; at its end each processor adds what it has to {@link Totals}. */
public final class CheckSink {
  private CheckSink() {}

  public static <T> Sink<T> of(Order order, RowHasher<T> hasher) {
    return SinkBuilder.sinkBuilder("check", context -> new Check<>(hasher))
        .<T>receiveFn(Check::add)
        .destroyFn(Check::end)
        .preferredLocalParallelism(order.workers())
        .build();
  }
}
