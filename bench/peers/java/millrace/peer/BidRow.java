package millrace.peer;

import static millrace.peer.Draws.hash;

/** What comes of a bid in q1. */
public record BidRow(int auction, int bidder, int price, long ts) {
  /** In another currency. */
  public static BidRow converted(Bid bid) {
    return new BidRow(bid.auction, bid.bidder, (int) (bid.price * 908L / 1000), bid.ts);
  }

  public static int hashRow(int auction, int bidder, int price, long ts) {
    return hash(hash(hash(hash(0, auction), bidder), price), Event.tick(ts));
  }

  public int hashed() {
    return hashRow(auction, bidder, price, ts);
  }

  /** The rows of q0. */
  public static final class OfBids implements RowHasher<Bid> {
    @Override
    public int hash(Bid bid) {
      return hashRow(bid.auction, bid.bidder, bid.price, bid.ts);
    }

    @Override
    public int characters(Bid bid) {
      return bid.url.length() + bid.channel.length();
    }
  }
}
