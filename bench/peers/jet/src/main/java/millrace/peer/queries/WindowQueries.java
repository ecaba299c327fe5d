package millrace.peer.queries;

import static com.hazelcast.jet.aggregate.AggregateOperations.counting;
import static com.hazelcast.jet.aggregate.AggregateOperations.pickAny;
import static com.hazelcast.jet.pipeline.WindowDefinition.session;
import static com.hazelcast.jet.pipeline.WindowDefinition.sliding;
import static com.hazelcast.jet.pipeline.WindowDefinition.tumbling;
import static millrace.peer.Draws.hash;
import static millrace.peer.Event.tick;

import com.hazelcast.jet.Traversers;
import com.hazelcast.jet.accumulator.LongAccumulator;
import com.hazelcast.jet.aggregate.AggregateOperation;
import com.hazelcast.jet.aggregate.AggregateOperation1;
import com.hazelcast.jet.datamodel.KeyedWindowResult;
import com.hazelcast.jet.pipeline.Pipeline;
import com.hazelcast.jet.pipeline.StreamStage;
import java.util.ArrayList;
import java.util.List;
import millrace.peer.Auction;
import millrace.peer.Bid;
import millrace.peer.CheckSink;
import millrace.peer.Event;
import millrace.peer.Order;
import millrace.peer.Person;

/** q5, q7, q8, q11: windows of event time. */
final class WindowQueries {
  private static final long SIZE_MS = 10_000;
  private static final long SLIDE_MS = 2_000;
  private static final long GAP_MS = 1_000;

  private WindowQueries() {}

  private static StreamStage<Bid> bids(Pipeline pipeline, Order order) {
    return Streams.bids(Streams.timed(pipeline, order));
  }

  /** q5: in windows of 10 s every 2 s, the auctions with the most bids; every tie is a row. */
  static void hotItems(Pipeline pipeline, Order order) {
    bids(pipeline, order)
        .groupingKey(bid -> bid.auction)
        .window(sliding(SIZE_MS, SLIDE_MS))
        .aggregate(counting())
        .window(tumbling(SLIDE_MS))
        .aggregate(hottest())
        .flatMap(rows -> Traversers.traverseIterable(rows.result()))
        .writeTo(CheckSink.of(order, row -> hash(hash(hash(0, tick(row.end())), row.key()), row.result().intValue())));
  }

  /** The rows with the largest count. */
  private static AggregateOperation1<
          KeyedWindowResult<Integer, Long>, List<KeyedWindowResult<Integer, Long>>, List<KeyedWindowResult<Integer, Long>>>
      hottest() {
    return AggregateOperation.<List<KeyedWindowResult<Integer, Long>>>withCreate(ArrayList::new)
        .<KeyedWindowResult<Integer, Long>>andAccumulate(WindowQueries::keepHottest)
        .andCombine((all, others) -> others.forEach(row -> keepHottest(all, row)))
        .andExportFinish(rows -> rows);
  }

  private static void keepHottest(List<KeyedWindowResult<Integer, Long>> rows, KeyedWindowResult<Integer, Long> row) {
    long most = rows.isEmpty() ? 0 : rows.get(0).result();
    if (row.result() > most) {
      rows.clear();
    }
    if (row.result() >= most) {
      rows.add(row);
    }
  }

  /** q7: the highest price of every window of 10 s. */
  static void highestBids(Pipeline pipeline, Order order) {
    AggregateOperation1<Bid, LongAccumulator, Long> highest =
        AggregateOperation.withCreate(LongAccumulator::new)
            .<Bid>andAccumulate((most, bid) -> most.set(Math.max(most.get(), bid.price)))
            .andCombine((most, other) -> most.set(Math.max(most.get(), other.get())))
            .andExportFinish(LongAccumulator::get);
    bids(pipeline, order)
        .window(tumbling(SIZE_MS))
        .aggregate(highest)
        .writeTo(CheckSink.of(order, row -> hash(hash(0, tick(row.end())), row.result().intValue())));
  }

  /** q8: the persons that come and sell within the same window of 10 s, once per person and window. */
  static void newSellers(Pipeline pipeline, Order order) {
    StreamStage<Event> events = Streams.timed(pipeline, order);
    Streams.only(events, Person.class)
        .groupingKey(person -> person.id)
        .window(tumbling(SIZE_MS))
        .aggregate2(pickAny(), Streams.only(events, Auction.class).groupingKey(auction -> auction.seller), counting())
        .filter(row -> row.result().f0() != null && row.result().f1() > 0)
        .writeTo(CheckSink.of(order, row -> hash(hash(hash(0, row.key()), row.result().f0().name), tick(row.start()))));
  }

  /** q11: the bids of every bidder in sessions with a gap of 1 s. Jet parts sessions that touch, which the query does not: hence 1 ms more. */
  static void sessions(Pipeline pipeline, Order order) {
    bids(pipeline, order)
        .groupingKey(bid -> bid.bidder)
        .window(session(GAP_MS + 1))
        .aggregate(counting())
        .writeTo(
            CheckSink.of(
                order,
                row -> hash(hash(hash(hash(0, row.key()), row.result().intValue()), tick(row.start())), tick(row.end() - 1))));
  }
}
