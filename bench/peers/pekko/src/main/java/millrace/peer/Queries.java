package millrace.peer;

import static millrace.peer.Draws.hash;

import java.util.Arrays;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.javadsl.Flow;

/** The queries that ask for no event time, which Pekko Streams does not have. */
final class Queries {
  private Queries() {}

  /** @throws IllegalArgumentException for a query that is not here */
  static CompletionStage<?> run(Order order, ActorSystem system) {
    Instances instances = new Instances(order, system);
    return switch (order.query()) {
      case "q0" -> instances.each(new Events(), bids(), new BidRow.OfBids());
      case "q1" -> instances.each(new Events(), bids().map(BidRow::converted), BidRow::hashed);
      case "q2" ->
          instances.each(
              new Events(), bids().filter(bid -> bid.auction % 123 == 0), bid -> hash(hash(0, bid.auction), bid.price));
      case "ks" ->
          instances.totals(
              Keyed::make, Flow.of(Keyed.class), Keyed::key, Keyed::value, total -> hash(hash(0, total.getKey()), total.getValue()));
      case "wc" ->
          instances.totals(
              new Lines(), words(), word -> word, word -> 1, total -> hash(hash(0, total.getKey()), total.getValue()));
      default -> throw new IllegalArgumentException("query=" + order.query() + " is unknown");
    };
  }

  private static Flow<Event, Bid, NotUsed> bids() {
    return Flow.of(Event.class).filter(event -> event instanceof Bid).map(event -> (Bid) event);
  }

  private static Flow<String, String, NotUsed> words() {
    return Flow.of(String.class).mapConcat(line -> Arrays.asList(line.split(" ")));
  }
}
