package millrace.peer.queries;

import static millrace.peer.Draws.hash;

import java.time.Duration;
import millrace.peer.CheckSink;
import millrace.peer.Event;
import millrace.peer.Order;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple4;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.EventTimeSessionWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/** q11: the bids of every bidder in sessions with a gap of 1 s: bidder, count, start, end. */
final class Sessions {
  private Sessions() {}

  static void build(StreamExecutionEnvironment environment, Order order) {
    Streams.bids(environment, order)
        .map(bid -> bid.bidder)
        .returns(Types.INT)
        .keyBy(bidder -> bidder)
        .window(EventTimeSessionWindows.withGap(Duration.ofSeconds(1)))
        .aggregate(new Count<>(), new WithWindow())
        .sinkTo(new CheckSink<>(row -> hash(hash(hash(hash(0, row.f0), row.f1), Event.tick(row.f2)), Event.tick(row.f3))));
  }

  private static final class WithWindow
      extends ProcessWindowFunction<Integer, Tuple4<Integer, Integer, Long, Long>, Integer, TimeWindow> {
    @Override
    public void process(
        Integer bidder, Context context, Iterable<Integer> counts, Collector<Tuple4<Integer, Integer, Long, Long>> out) {
      TimeWindow window = context.window();
      out.collect(Tuple4.of(bidder, counts.iterator().next(), window.getStart(), window.getEnd()));
    }
  }
}
