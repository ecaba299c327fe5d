package millrace.peer.queries;

import static millrace.peer.Draws.hash;

import millrace.peer.Auction;
import millrace.peer.CheckSink;
import millrace.peer.Event;
import millrace.peer.Order;
import millrace.peer.Person;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple4;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.co.KeyedCoProcessFunction;
import org.apache.flink.util.Collector;

/** q3: auctions of category 10 beside their seller, where that is a person of OR, ID or CA; whichever of the two comes first waits. */
final class LocalItems {
  /** Id, name, city, state. */
  private static final TypeInformation<Tuple4<Integer, String, String, String>> PERSON =
      Types.TUPLE(Types.INT, Types.STRING, Types.STRING, Types.STRING);

  private LocalItems() {}

  static void build(StreamExecutionEnvironment environment, Order order) {
    DataStream<Event> events = Streams.events(environment, order);
    DataStream<Tuple4<Integer, String, String, String>> persons =
        events
            .filter(event -> event instanceof Person person && isLocal(person.state))
            .map(event -> (Person) event)
            .map(person -> Tuple4.of(person.id, person.name, person.city, person.state))
            .returns(PERSON);
    DataStream<Tuple2<Integer, Integer>> auctions =
        events
            .filter(event -> event instanceof Auction auction && auction.category == 10)
            .map(event -> (Auction) event)
            .map(auction -> Tuple2.of(auction.seller, auction.id))
            .returns(Types.TUPLE(Types.INT, Types.INT));
    auctions
        .keyBy(auction -> auction.f0)
        .connect(persons.keyBy(person -> person.f0))
        .process(new Join())
        .sinkTo(new CheckSink<>(row -> hash(hash(hash(hash(0, row.f0), row.f1), row.f2), row.f3)));
  }

  private static boolean isLocal(String state) {
    return state.equals("OR") || state.equals("ID") || state.equals("CA");
  }

  /** Gives name, city, state, auction. */
  private static final class Join
      extends KeyedCoProcessFunction<
          Integer, Tuple2<Integer, Integer>, Tuple4<Integer, String, String, String>, Tuple4<String, String, String, Integer>> {
    private transient ValueState<Tuple4<Integer, String, String, String>> known;
    private transient ListState<Integer> waiting;

    @Override
    public void open(OpenContext context) {
      known = getRuntimeContext().getState(new ValueStateDescriptor<>("person", PERSON));
      waiting = getRuntimeContext().getListState(new ListStateDescriptor<>("waiting", Types.INT));
    }

    @Override
    public void processElement1(
        Tuple2<Integer, Integer> auction, Context context, Collector<Tuple4<String, String, String, Integer>> out) throws Exception {
      Tuple4<Integer, String, String, String> person = known.value();
      if (person == null) {
        waiting.add(auction.f1);
      } else {
        out.collect(Tuple4.of(person.f1, person.f2, person.f3, auction.f1));
      }
    }

    @Override
    public void processElement2(
        Tuple4<Integer, String, String, String> person, Context context, Collector<Tuple4<String, String, String, Integer>> out)
        throws Exception {
      known.update(person);
      for (int auction : waiting.get()) {
        out.collect(Tuple4.of(person.f1, person.f2, person.f3, auction));
      }
      waiting.clear();
    }
  }
}
