package millrace.peer.queries;

import static millrace.peer.Draws.hash;

import java.time.Duration;
import millrace.peer.Auction;
import millrace.peer.CheckSink;
import millrace.peer.Event;
import millrace.peer.Order;
import millrace.peer.Person;
import org.apache.flink.api.common.functions.CoGroupFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.util.Collector;

/** q8: the persons that come and sell within the same window of 10 s, once per person and window. */
final class NewSellers {
  private static final long SIZE_MS = 10_000;

  private NewSellers() {}

  static void build(StreamExecutionEnvironment environment, Order order) {
    DataStream<Event> events = Streams.events(environment, order);
    DataStream<Tuple3<Integer, String, Long>> persons =
        events
            .filter(event -> event instanceof Person)
            .map(event -> (Person) event)
            .map(person -> Tuple3.of(person.id, person.name, person.ts - person.ts % SIZE_MS))
            .returns(Types.TUPLE(Types.INT, Types.STRING, Types.LONG));
    DataStream<Integer> sellers =
        events.filter(event -> event instanceof Auction).map(event -> ((Auction) event).seller).returns(Types.INT);
    persons
        .coGroup(sellers)
        .where(person -> person.f0, Types.INT)
        .equalTo(seller -> seller, Types.INT)
        .window(TumblingEventTimeWindows.of(Duration.ofMillis(SIZE_MS)))
        .apply(new KnownSellers())
        .sinkTo(new CheckSink<>(row -> hash(hash(hash(0, row.f0), row.f1), Event.tick(row.f2))));
  }

  /** Gives id, name, window start. */
  private static final class KnownSellers
      implements CoGroupFunction<Tuple3<Integer, String, Long>, Integer, Tuple3<Integer, String, Long>> {
    @Override
    public void coGroup(
        Iterable<Tuple3<Integer, String, Long>> persons, Iterable<Integer> sales, Collector<Tuple3<Integer, String, Long>> out) {
      if (sales.iterator().hasNext()) {
        persons.forEach(out::collect);
      }
    }
  }
}
