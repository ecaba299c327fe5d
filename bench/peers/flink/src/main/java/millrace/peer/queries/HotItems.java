package millrace.peer.queries;

import static millrace.peer.Draws.hash;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import millrace.peer.CheckSink;
import millrace.peer.Event;
import millrace.peer.Order;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.SlidingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/** q5: in windows of 10 s every 2 s, the auctions with the most bids; every tie is a row of window end, auction, count. */
final class HotItems {
  private static final Duration SIZE = Duration.ofSeconds(10);
  private static final Duration SLIDE = Duration.ofSeconds(2);

  private HotItems() {}

  static void build(StreamExecutionEnvironment environment, Order order) {
    Streams.bids(environment, order)
        .map(bid -> bid.auction)
        .returns(Types.INT)
        .keyBy(auction -> auction)
        .window(SlidingEventTimeWindows.of(SIZE, SLIDE))
        .aggregate(new Count<>(), new WithWindowEnd())
        .keyBy(row -> row.f0)
        .window(TumblingEventTimeWindows.of(SLIDE))
        .aggregate(new Hottest())
        .flatMap((List<Tuple3<Long, Integer, Integer>> rows, Collector<Tuple3<Long, Integer, Integer>> out) -> rows.forEach(out::collect))
        .returns(Types.TUPLE(Types.LONG, Types.INT, Types.INT))
        .sinkTo(new CheckSink<>(row -> hash(hash(hash(0, Event.tick(row.f0)), row.f1), row.f2)));
  }

  private static final class WithWindowEnd
      extends ProcessWindowFunction<Integer, Tuple3<Long, Integer, Integer>, Integer, TimeWindow> {
    @Override
    public void process(
        Integer auction, Context context, Iterable<Integer> counts, Collector<Tuple3<Long, Integer, Integer>> out) {
      out.collect(Tuple3.of(context.window().getEnd(), auction, counts.iterator().next()));
    }
  }

  /** The rows with the largest count so far. */
  private static final class Hottest
      implements AggregateFunction<
          Tuple3<Long, Integer, Integer>, ArrayList<Tuple3<Long, Integer, Integer>>, List<Tuple3<Long, Integer, Integer>>> {
    @Override
    public ArrayList<Tuple3<Long, Integer, Integer>> createAccumulator() {
      return new ArrayList<>();
    }

    @Override
    public ArrayList<Tuple3<Long, Integer, Integer>> add(
        Tuple3<Long, Integer, Integer> row, ArrayList<Tuple3<Long, Integer, Integer>> hottest) {
      int most = hottest.isEmpty() ? 0 : hottest.get(0).f2;
      if (row.f2 > most) {
        hottest.clear();
      }
      if (row.f2 >= most) {
        hottest.add(row);
      }
      return hottest;
    }

    @Override
    public List<Tuple3<Long, Integer, Integer>> getResult(ArrayList<Tuple3<Long, Integer, Integer>> hottest) {
      return hottest;
    }

    @Override
    public ArrayList<Tuple3<Long, Integer, Integer>> merge(
        ArrayList<Tuple3<Long, Integer, Integer>> a, ArrayList<Tuple3<Long, Integer, Integer>> b) {
      b.forEach(row -> add(row, a));
      return a;
    }
  }
}
