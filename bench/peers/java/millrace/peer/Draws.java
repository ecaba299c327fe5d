package millrace.peer;

/** The draws that make the records, and the hash of a row. All arithmetic wraps to 32 bits. */
public final class Draws {
  private Draws() {}

  /** The finalizer of MurmurHash3 (Austin Appleby, public domain). */
  public static int fmix32(int bits) {
    int x = bits;
    x = (x ^ (x >>> 16)) * 0x85ebca6b;
    x = (x ^ (x >>> 13)) * 0xc2b2ae35;
    return x ^ (x >>> 16);
  }

  /** Draw number {@code field} of record {@code n}: 32 bits without sign. */
  public static int draw(int n, int field) {
    return fmix32(n * 0x9e3779b1 + field * 0x7feb352d + 0x1b873593);
  }

  /** {@link #draw} modulo {@code bound}. */
  public static int draw(int n, int field, int bound) {
    return Integer.remainderUnsigned(draw(n, field), bound);
  }

  /** The hash of a row begins with 0 and takes in one field after another. */
  public static int hash(int hash, int value) {
    return fmix32(hash * 31 + value);
  }

  public static int hash(int hash, String text) {
    int h = hash;
    for (int i = 0; i < text.length(); i++) {
      h = hash(h, text.charAt(i));
    }
    return h;
  }
}
