package millrace.peer;

public final class Auction extends Event {
  public final int id;
  public final int seller;
  public final int category;
  public final int initialBid;
  public final int reserve;
  public final long expires;
  public final String itemName;

  public Auction(int id, int seller, int category, int initialBid, int reserve, long expires, String itemName, long ts) {
    super(ts);
    this.id = id;
    this.seller = seller;
    this.category = category;
    this.initialBid = initialBid;
    this.reserve = reserve;
    this.expires = expires;
    this.itemName = itemName;
  }
}
