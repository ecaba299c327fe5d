package millrace.peer.queries;

import static com.hazelcast.jet.aggregate.AggregateOperations.counting;
import static com.hazelcast.jet.aggregate.AggregateOperations.summingLong;
import static millrace.peer.Draws.hash;

import com.hazelcast.jet.Traversers;
import com.hazelcast.jet.pipeline.Pipeline;
import com.hazelcast.jet.pipeline.StreamStage;
import millrace.peer.CheckSink;
import millrace.peer.Keyed;
import millrace.peer.Lines;
import millrace.peer.Order;

/** ks and wc: a total for every key, given out when the input is over. */
final class RunningTotals {
  private RunningTotals() {}

  /** ks: the sum of every key. */
  static void sums(Pipeline pipeline, Order order) {
    StreamStage<Keyed> records = Streams.timed(pipeline, order, Keyed::make);
    Streams.totals(records, Keyed::key, summingLong(Keyed::value))
        .writeTo(CheckSink.of(order, row -> hash(hash(0, row.key()), row.result().intValue())));
  }

  /** wc: how often every word occurs in the lines. */
  static void words(Pipeline pipeline, Order order) {
    StreamStage<String> words =
        Streams.timed(pipeline, order, new Lines()).flatMap(line -> Traversers.traverseArray(line.split(" ")));
    Streams.totals(words, word -> word, counting())
        .writeTo(CheckSink.of(order, row -> hash(hash(0, row.key()), row.result().intValue())));
  }
}
