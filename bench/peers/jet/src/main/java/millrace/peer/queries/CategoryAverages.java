package millrace.peer.queries;

import static millrace.peer.Draws.hash;

import com.hazelcast.jet.accumulator.LongLongAccumulator;
import com.hazelcast.jet.aggregate.AggregateOperation;
import com.hazelcast.jet.aggregate.AggregateOperation1;
import com.hazelcast.jet.datamodel.Tuple2;
import com.hazelcast.jet.pipeline.Pipeline;
import com.hazelcast.jet.pipeline.StreamStage;
import millrace.peer.Auction;
import millrace.peer.Bid;
import millrace.peer.CheckSink;
import millrace.peer.Order;
import millrace.peer.Person;

/** q4: the highest bid of every auction when it expires, averaged per category. The last average of each category is a row. */
final class CategoryAverages {
  private CategoryAverages() {}

  static void build(Pipeline pipeline, Order order) {
    StreamStage<Tuple2<Integer, Integer>> prices =
        Streams.timed(pipeline, order)
            .filter(event -> !(event instanceof Person))
            .groupingKey(event -> event instanceof Bid bid ? bid.auction : ((Auction) event).id)
            .customTransform("highest bids", HighestBid::new);
    Streams.totals(prices, Tuple2::f0, average())
        .writeTo(CheckSink.of(order, row -> hash(hash(0, row.key()), row.result().intValue())));
  }

  /** Of the second field, without its fraction. */
  private static AggregateOperation1<Tuple2<Integer, Integer>, LongLongAccumulator, Long> average() {
    return AggregateOperation.withCreate(LongLongAccumulator::new)
        .<Tuple2<Integer, Integer>>andAccumulate((sums, price) -> add(sums, price.f1(), 1))
        .andCombine((sums, others) -> add(sums, others.get1(), others.get2()))
        .andExportFinish(sums -> sums.get1() / sums.get2());
  }

  private static void add(LongLongAccumulator sums, long price, long count) {
    sums.set1(sums.get1() + price);
    sums.set2(sums.get2() + count);
  }
}
