package millrace.peer.queries;

import static millrace.peer.Draws.hash;

import com.hazelcast.jet.Traverser;
import com.hazelcast.jet.Traversers;
import com.hazelcast.jet.pipeline.Pipeline;
import com.hazelcast.jet.pipeline.StreamStage;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import millrace.peer.Auction;
import millrace.peer.CheckSink;
import millrace.peer.Event;
import millrace.peer.Order;
import millrace.peer.Person;

/** q3: auctions of category 10 beside their seller, where that is a person of OR, ID or CA; whichever of the two comes first waits. */
final class LocalItems {
  record Row(String name, String city, String state, int auction) {}

  private LocalItems() {}

  static void build(Pipeline pipeline, Order order) {
    StreamStage<Event> either = Streams.untimed(pipeline, order).filter(LocalItems::isWanted);
    either
        .groupingKey(event -> event instanceof Person person ? person.id : ((Auction) event).seller)
        .flatMapStateful(Joined::new, (joined, seller, event) -> joined.take(event))
        .writeTo(CheckSink.of(order, row -> hash(hash(hash(hash(0, row.name), row.city), row.state), row.auction)));
  }

  private static boolean isWanted(Event event) {
    return event instanceof Person person
        ? person.state.equals("OR") || person.state.equals("ID") || person.state.equals("CA")
        : event instanceof Auction auction && auction.category == 10;
  }

  /** A seller and the auctions that wait for it. */
  static final class Joined implements Serializable {
    private String name;
    private String city;
    private String state;
    private List<Integer> waiting;

    Traverser<Row> take(Event event) {
      if (event instanceof Auction auction) {
        if (name != null) {
          return Traversers.singleton(row(auction.id));
        }
        if (waiting == null) {
          waiting = new ArrayList<>(2);
        }
        waiting.add(auction.id);
        return Traversers.empty();
      }
      Person person = (Person) event;
      name = person.name;
      city = person.city;
      state = person.state;
      if (waiting == null) {
        return Traversers.empty();
      }
      List<Integer> waited = waiting;
      waiting = null;
      return Traversers.traverseIterable(waited).map(this::row);
    }

    private Row row(int auction) {
      return new Row(name, city, state, auction);
    }
  }
}
