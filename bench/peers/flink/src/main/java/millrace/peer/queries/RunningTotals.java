package millrace.peer.queries;

import static millrace.peer.Draws.hash;

import millrace.peer.CheckSink;
import millrace.peer.Keyed;
import millrace.peer.Lines;
import millrace.peer.Order;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.Collector;

/** ks and wc: a total for every key, given out when the input is over. */
final class RunningTotals {
  private RunningTotals() {}

  /** ks: the sum of every key. */
  static void sums(StreamExecutionEnvironment environment, Order order) {
    TypeInformation<Tuple2<Integer, Integer>> pair = Types.TUPLE(Types.INT, Types.INT);
    Streams.records(environment, order, Keyed::make, TypeInformation.of(Keyed.class))
        .map(record -> Tuple2.of(record.key(), record.value()))
        .returns(pair)
        .keyBy(record -> record.f0)
        .process(new Total<Integer>())
        .returns(pair)
        .sinkTo(new CheckSink<>(row -> hash(hash(0, row.f0), row.f1)));
  }

  /** wc: how often every word occurs in the lines. */
  static void words(StreamExecutionEnvironment environment, Order order) {
    TypeInformation<Tuple2<String, Integer>> pair = Types.TUPLE(Types.STRING, Types.INT);
    Streams.records(environment, order, new Lines(), Types.STRING)
        .flatMap(RunningTotals::split)
        .returns(pair)
        .keyBy(word -> word.f0)
        .process(new Total<String>())
        .returns(pair)
        .sinkTo(new CheckSink<>(row -> hash(hash(0, row.f0), row.f1)));
  }

  private static void split(String line, Collector<Tuple2<String, Integer>> out) {
    for (String word : line.split(" ")) {
      out.collect(Tuple2.of(word, 1));
    }
  }

  private static final class Total<K> extends KeyedProcessFunction<K, Tuple2<K, Integer>, Tuple2<K, Integer>> {
    private transient ValueState<Integer> total;

    @Override
    public void open(OpenContext context) {
      total = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Types.INT));
    }

    @Override
    public void processElement(Tuple2<K, Integer> record, Context context, Collector<Tuple2<K, Integer>> out) throws Exception {
      Integer before = total.value();
      if (before == null) {
        context.timerService().registerEventTimeTimer(Long.MAX_VALUE);
      }
      total.update(before == null ? record.f1 : before + record.f1);
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<Tuple2<K, Integer>> out) throws Exception {
      out.collect(Tuple2.of(context.getCurrentKey(), total.value()));
    }
  }
}
