package millrace.peer;

public final class Bid extends Event {
  public final int auction;
  public final int bidder;
  public final int price;
  public final String channel;
  public final String url;

  public Bid(int auction, int bidder, int price, String channel, String url, long ts) {
    super(ts);
    this.auction = auction;
    this.bidder = bidder;
    this.price = price;
    this.channel = channel;
    this.url = url;
  }
}
