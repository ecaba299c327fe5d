package millrace.peer.queries;

import millrace.peer.Order;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Each query as a job. What crosses between instances are the fields that the query reads. */
public final class Queries {
  private Queries() {}

  /** @throws IllegalArgumentException for a query that is not here */
  public static void build(StreamExecutionEnvironment environment, Order order) {
    switch (order.query()) {
      case "q0" -> BidQueries.pass(environment, order);
      case "q1" -> BidQueries.convert(environment, order);
      case "q2" -> BidQueries.select(environment, order);
      case "q3" -> LocalItems.build(environment, order);
      case "q4" -> CategoryAverages.build(environment, order);
      case "q5" -> HotItems.build(environment, order);
      case "q7" -> HighestBids.build(environment, order);
      case "q8" -> NewSellers.build(environment, order);
      case "q11" -> Sessions.build(environment, order);
      case "ks" -> RunningTotals.sums(environment, order);
      case "wc" -> RunningTotals.words(environment, order);
      default -> throw new IllegalArgumentException("query=" + order.query() + " is unknown");
    }
  }
}
