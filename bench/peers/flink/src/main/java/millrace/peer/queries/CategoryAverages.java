package millrace.peer.queries;

import static millrace.peer.Draws.hash;

import millrace.peer.Auction;
import millrace.peer.Bid;
import millrace.peer.CheckSink;
import millrace.peer.Event;
import millrace.peer.Order;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.api.java.tuple.Tuple4;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** q4: the highest bid of every auction when it expires, averaged per category. The last average of each category is a row. */
final class CategoryAverages {
  private CategoryAverages() {}

  static void build(StreamExecutionEnvironment environment, Order order) {
    DataStream<Event> events = Streams.events(environment, order);
    DataStream<Tuple4<Integer, Integer, Long, Long>> auctions =
        events
            .filter(event -> event instanceof Auction)
            .map(event -> (Auction) event)
            .map(auction -> Tuple4.of(auction.id, auction.category, auction.ts, auction.expires))
            .returns(Types.TUPLE(Types.INT, Types.INT, Types.LONG, Types.LONG));
    DataStream<Tuple3<Integer, Integer, Long>> bids =
        events
            .filter(event -> event instanceof Bid)
            .map(event -> (Bid) event)
            .map(bid -> Tuple3.of(bid.auction, bid.price, bid.ts))
            .returns(Types.TUPLE(Types.INT, Types.INT, Types.LONG));
    auctions
        .keyBy(auction -> auction.f0)
        .connect(bids.keyBy(bid -> bid.f0))
        .process(new HighestBid())
        .keyBy(price -> price.f0)
        .process(new Average())
        .sinkTo(new CheckSink<>(row -> hash(hash(0, row.f0), row.f1)));
  }

  /** Category and price to category and average. */
  private static final class Average extends KeyedProcessFunction<Integer, Tuple2<Integer, Integer>, Tuple2<Integer, Integer>> {
    private transient ValueState<Tuple2<Long, Long>> prices;

    @Override
    public void open(OpenContext context) {
      prices = getRuntimeContext().getState(new ValueStateDescriptor<>("prices", Types.TUPLE(Types.LONG, Types.LONG)));
    }

    @Override
    public void processElement(Tuple2<Integer, Integer> price, Context context, Collector<Tuple2<Integer, Integer>> out)
        throws Exception {
      Tuple2<Long, Long> before = prices.value();
      if (before == null) {
        context.timerService().registerEventTimeTimer(Long.MAX_VALUE);
      }
      prices.update(before == null ? Tuple2.of((long) price.f1, 1L) : Tuple2.of(before.f0 + price.f1, before.f1 + 1));
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<Tuple2<Integer, Integer>> out) throws Exception {
      Tuple2<Long, Long> sumAndCount = prices.value();
      out.collect(Tuple2.of(context.getCurrentKey(), (int) (sumAndCount.f0 / sumAndCount.f1)));
    }
  }
}
