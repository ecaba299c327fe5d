package millrace.peer.queries;

import com.hazelcast.jet.pipeline.Pipeline;
import millrace.peer.Order;

/** Each query as a pipeline. Within one member records go from thread to thread as they are. */
public final class Queries {
  private Queries() {}

  /** @throws IllegalArgumentException for a query that is not here */
  public static Pipeline pipeline(Order order) {
    Pipeline pipeline = Pipeline.create();
    switch (order.query()) {
      case "q0" -> BidQueries.pass(pipeline, order);
      case "q1" -> BidQueries.convert(pipeline, order);
      case "q2" -> BidQueries.select(pipeline, order);
      case "q3" -> LocalItems.build(pipeline, order);
      case "q4" -> CategoryAverages.build(pipeline, order);
      case "q5" -> WindowQueries.hotItems(pipeline, order);
      case "q7" -> WindowQueries.highestBids(pipeline, order);
      case "q8" -> WindowQueries.newSellers(pipeline, order);
      case "q11" -> WindowQueries.sessions(pipeline, order);
      case "ks" -> RunningTotals.sums(pipeline, order);
      case "wc" -> RunningTotals.words(pipeline, order);
      default -> throw new IllegalArgumentException("query=" + order.query() + " is unknown");
    }
    return pipeline;
  }
}
