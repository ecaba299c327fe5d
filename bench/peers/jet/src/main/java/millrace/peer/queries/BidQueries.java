package millrace.peer.queries;

import static millrace.peer.Draws.hash;

import com.hazelcast.jet.pipeline.Pipeline;
import com.hazelcast.jet.pipeline.StreamStage;
import millrace.peer.Bid;
import millrace.peer.BidRow;
import millrace.peer.CheckSink;
import millrace.peer.Order;

/** q0, q1, q2: every bid on its own. */
final class BidQueries {
  private BidQueries() {}

  private static StreamStage<Bid> bids(Pipeline pipeline, Order order) {
    return Streams.bids(Streams.untimed(pipeline, order));
  }

  /** q0: every bid as it is. */
  static void pass(Pipeline pipeline, Order order) {
    bids(pipeline, order).writeTo(CheckSink.of(order, new BidRow.OfBids()));
  }

  /** q1: every bid with its price in another currency. */
  static void convert(Pipeline pipeline, Order order) {
    bids(pipeline, order).map(BidRow::converted).writeTo(CheckSink.of(order, BidRow::hashed));
  }

  /** q2: the bids on every 123rd auction. */
  static void select(Pipeline pipeline, Order order) {
    bids(pipeline, order)
        .filter(bid -> bid.auction % 123 == 0)
        .writeTo(CheckSink.of(order, bid -> hash(hash(0, bid.auction), bid.price)));
  }
}
