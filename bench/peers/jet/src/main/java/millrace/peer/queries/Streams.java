package millrace.peer.queries;

import com.hazelcast.function.FunctionEx;
import com.hazelcast.jet.aggregate.AggregateOperation1;
import com.hazelcast.jet.datamodel.KeyedWindowResult;
import com.hazelcast.jet.pipeline.Pipeline;
import com.hazelcast.jet.pipeline.StreamSourceStage;
import com.hazelcast.jet.pipeline.StreamStage;
import com.hazelcast.jet.pipeline.WindowDefinition;
import millrace.peer.Bid;
import millrace.peer.Event;
import millrace.peer.Events;
import millrace.peer.Maker;
import millrace.peer.Order;
import millrace.peer.RecordSource;

/** The streams that queries begin with. */
final class Streams {
  /** A window that ends with the input. */
  private static final WindowDefinition ALL_TIME = WindowDefinition.tumbling(1L << 50);

  private Streams() {}

  /** With event time: records are in order, several of one ms. */
  static StreamStage<Event> timed(Pipeline pipeline, Order order) {
    return timed(pipeline, order, new Events());
  }

  static <T> StreamStage<T> timed(Pipeline pipeline, Order order, Maker<T> maker) {
    return source(pipeline, order, maker).withNativeTimestamps(0);
  }

  /** Where no operator asks for the time: without what carries it along. */
  static StreamStage<Event> untimed(Pipeline pipeline, Order order) {
    return source(pipeline, order, new Events()).withoutTimestamps();
  }

  private static <T> StreamSourceStage<T> source(Pipeline pipeline, Order order, Maker<T> maker) {
    return pipeline.readFrom(RecordSource.of(maker, order));
  }

  static StreamStage<Bid> bids(StreamStage<Event> events) {
    return only(events, Bid.class);
  }

  static <T extends Event> StreamStage<T> only(StreamStage<Event> events, Class<T> type) {
    return events.filter(type::isInstance).map(type::cast);
  }

  /** A result for every key, given out when the input is over. */
  static <T, K, R> StreamStage<KeyedWindowResult<K, R>> totals(
      StreamStage<T> records, FunctionEx<? super T, ? extends K> key, AggregateOperation1<? super T, ?, R> operation) {
    return records.<K>groupingKey(key).window(ALL_TIME).aggregate(operation);
  }
}
