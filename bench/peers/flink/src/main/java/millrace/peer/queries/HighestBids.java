package millrace.peer.queries;

import static millrace.peer.Draws.hash;

import java.time.Duration;
import millrace.peer.CheckSink;
import millrace.peer.Event;
import millrace.peer.Order;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.windowing.ProcessAllWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/** q7: the highest price of every window of 10 s. */
final class HighestBids {
  private HighestBids() {}

  static void build(StreamExecutionEnvironment environment, Order order) {
    Streams.bids(environment, order)
        .map(bid -> bid.price)
        .returns(Types.INT)
        .windowAll(TumblingEventTimeWindows.of(Duration.ofSeconds(10)))
        .reduce(Math::max, new WithWindowEnd())
        .sinkTo(new CheckSink<>(row -> hash(hash(0, Event.tick(row.f0)), row.f1)));
  }

  private static final class WithWindowEnd extends ProcessAllWindowFunction<Integer, Tuple2<Long, Integer>, TimeWindow> {
    @Override
    public void process(Context context, Iterable<Integer> highest, Collector<Tuple2<Long, Integer>> out) {
      out.collect(Tuple2.of(context.window().getEnd(), highest.iterator().next()));
    }
  }
}
