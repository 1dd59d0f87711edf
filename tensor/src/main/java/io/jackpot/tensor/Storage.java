package io.jackpot.tensor;

import org.jspecify.annotations.Nullable;

/**
 * The elements of a {@link Tensor}, which are in one place at a time: a heap array, or the memory
 * of a device. A provider with such memory moves them there when an op needs them; {@link #heap}
 * moves them back. So reading or writing the array between two ops is correct on every device.
 * Zeros need no array until somebody looks.
 */
public final class Storage {

  /** Elements in the memory of a device. */
  public interface Mirror {
    /** Fills {@code heap} with the elements, which the device then no longer answers for. */
    void fetch(float[] heap);
  }

  private static final Mirror RELEASED =
      _ -> {
        throw new IllegalStateException("the elements of this tensor have been released");
      };

  private final int size;
  private volatile float @Nullable [] heap;
  private volatile @Nullable Mirror mirror;

  Storage(int size) {
    this.size = size;
  }

  Storage(float[] heap) {
    this.size = heap.length;
    this.heap = heap;
  }

  public int size() {
    return size;
  }

  /**
   * The elements as an array; shared, and valid until the next op that uses this tensor. What has
   * been written by then, the op sees.
   */
  public float[] heap() {
    float[] array = heap;
    return array != null ? array : onHeap();
  }

  private synchronized float[] onHeap() {
    float[] array = heap;
    if (array == null) {
      array = new float[size];
      Mirror from = mirror;
      if (from != null) {
        from.fetch(array);
        mirror = null;
      }
      heap = array;
    }
    return array;
  }

  /** The memory that holds the elements, null for the heap. */
  public @Nullable Mirror mirror() {
    return mirror;
  }

  /** The array if there is one: null if the elements are elsewhere or were never touched. */
  public float @Nullable [] heapIfThere() {
    return heap;
  }

  /** Records that the elements are in {@code there} from now on, and releases the array. */
  public synchronized void moved(Mirror there) {
    mirror = there;
    heap = null;
  }

  /** Gives up the elements for good; whoever reads them later gets an IllegalStateException. */
  public void release() {
    moved(RELEASED);
  }
}
