package millrace.peer.queries;

import static millrace.peer.Draws.hash;

import millrace.peer.BidRow;
import millrace.peer.CheckSink;
import millrace.peer.Order;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple4;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** q0, q1, q2: every bid on its own. */
final class BidQueries {
  private BidQueries() {}

  /** q0: every bid as it is. The sink also counts the characters of url and channel. */
  static void pass(StreamExecutionEnvironment environment, Order order) {
    Streams.bids(environment, order).sinkTo(new CheckSink<>(new BidRow.OfBids()));
  }

  /** q1: every bid with its price in another currency. */
  static void convert(StreamExecutionEnvironment environment, Order order) {
    Streams.bids(environment, order)
        .map(bid -> Tuple4.of(bid.auction, bid.bidder, (int) (bid.price * 908L / 1000), bid.ts))
        .returns(Types.TUPLE(Types.INT, Types.INT, Types.INT, Types.LONG))
        .sinkTo(new CheckSink<>(row -> BidRow.hashRow(row.f0, row.f1, row.f2, row.f3)));
  }

  /** q2: the bids on every 123rd auction. */
  static void select(StreamExecutionEnvironment environment, Order order) {
    Streams.bids(environment, order)
        .filter(bid -> bid.auction % 123 == 0)
        .map(bid -> Tuple2.of(bid.auction, bid.price))
        .returns(Types.TUPLE(Types.INT, Types.INT))
        .sinkTo(new CheckSink<>(row -> hash(hash(0, row.f0), row.f1)));
  }
}
