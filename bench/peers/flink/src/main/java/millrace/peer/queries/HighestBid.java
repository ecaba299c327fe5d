package millrace.peer.queries;

import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.api.java.tuple.Tuple4;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;

/**
 * Auctions (id, category, start, expiry) and bids (auction, price, time) to the category and highest price of each auction
 * that had a bid, when it expires. Bids that come before their auction wait.
 */
final class HighestBid
    extends KeyedCoProcessFunction<
        Integer, Tuple4<Integer, Integer, Long, Long>, Tuple3<Integer, Integer, Long>, Tuple2<Integer, Integer>> {
  private transient ValueState<Tuple4<Integer, Integer, Long, Long>> open;
  private transient ValueState<Integer> highest;
  private transient ListState<Tuple3<Integer, Integer, Long>> early;

  @Override
  public void open(OpenContext context) {
    open =
        getRuntimeContext()
            .getState(new ValueStateDescriptor<>("open", Types.TUPLE(Types.INT, Types.INT, Types.LONG, Types.LONG)));
    highest = getRuntimeContext().getState(new ValueStateDescriptor<>("highest", Types.INT));
    early =
        getRuntimeContext()
            .getListState(new ListStateDescriptor<>("early", Types.TUPLE(Types.INT, Types.INT, Types.LONG)));
  }

  @Override
  public void processElement1(
      Tuple4<Integer, Integer, Long, Long> auction, Context context, Collector<Tuple2<Integer, Integer>> out) throws Exception {
    open.update(auction);
    context.timerService().registerEventTimeTimer(auction.f3);
    for (Tuple3<Integer, Integer, Long> bid : early.get()) {
      offer(auction, bid);
    }
    early.clear();
  }

  @Override
  public void processElement2(
      Tuple3<Integer, Integer, Long> bid, Context context, Collector<Tuple2<Integer, Integer>> out) throws Exception {
    Tuple4<Integer, Integer, Long, Long> auction = open.value();
    if (auction == null) {
      early.add(bid);
    } else {
      offer(auction, bid);
    }
  }

  private void offer(Tuple4<Integer, Integer, Long, Long> auction, Tuple3<Integer, Integer, Long> bid) throws Exception {
    if (bid.f2 < auction.f2 || bid.f2 > auction.f3) {
      return;
    }
    Integer before = highest.value();
    if (before == null || bid.f1 > before) {
      highest.update(bid.f1);
    }
  }

  @Override
  public void onTimer(long timestamp, OnTimerContext context, Collector<Tuple2<Integer, Integer>> out) throws Exception {
    Integer price = highest.value();
    if (price != null) {
      out.collect(Tuple2.of(open.value().f1, price));
    }
    open.clear();
    highest.clear();
  }
}
