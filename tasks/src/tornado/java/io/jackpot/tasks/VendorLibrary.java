package io.jackpot.tasks;

import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.common.Access;
import uk.ac.manchester.tornado.api.common.LibraryTaskDescriptor;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;
import uk.ac.manchester.tornado.runtime.library.spi.LibraryContext;
import uk.ac.manchester.tornado.runtime.library.spi.LibraryInvocation;
import uk.ac.manchester.tornado.runtime.library.spi.TornadoLibraryProvider;
import uk.ac.manchester.tornado.runtime.library.spi.TornadoNativeStreamSupport;

/**
 * The vendor's products as a library task of TornadoVM, which finds this class as a service. Sizes
 * and offsets are read from the heap when the task runs, so a compiled graph serves every shape, as
 * with our kernels.
 */
public final class VendorLibrary implements TornadoLibraryProvider {
  private static final String NAME = "jackpot/cublas";

  /** cuBLAS, and the stream that the tasks of a plan run in. */
  private record Context(Cublas cublas, long stream) implements LibraryContext {}

  private @Nullable Cublas cublas;

  /**
   * A task {@code y (+)= scale·a·b}.
   *
   * @param args of {@link MatmulKernels}, without strides and parts
   * @param task number of the task in its graph
   * @param aAlong 1 where a is stored as [rows, inner], 0 where as [inner, rows]
   * @param bAlong 1 where b is stored as [cols, inner], 0 where as [inner, cols]
   * @param computeType of {@link Cublas#computeType}
   */
  public static LibraryTaskDescriptor matmul(
      float[] a,
      float[] b,
      float[] y,
      int[] args,
      float[] scalars,
      Integer task,
      Integer aAlong,
      Integer bAlong,
      Integer computeType) {
    Access read = Access.READ_ONLY;
    return new LibraryTaskDescriptor()
        .withLibrary(NAME)
        .withFunction("matmul")
        .withParameters(new Object[] {a, b, y, args, scalars, task, aAlong, bAlong, computeType})
        .withAccess(
            new Access[] {read, read, Access.READ_WRITE, read, read, read, read, read, read});
  }

  @Override
  public String libraryName() {
    return NAME;
  }

  @Override
  public boolean canHandle(TornadoXPUDevice device) {
    return device instanceof TornadoNativeStreamSupport;
  }

  @Override
  public LibraryContext createContext(TornadoXPUDevice device, long plan) {
    Cublas opened = cublas == null ? new Cublas() : cublas;
    cublas = opened;
    return new Context(opened, ((TornadoNativeStreamSupport) device).getNativeStream(plan));
  }

  @Override
  public void dispatch(String function, LibraryInvocation call) {
    int[] args = (int[]) call.getArg(3);
    int at = args[(int) call.getArg(5)];
    Context context = (Context) call.getContext();
    context.cublas.matmul(
        context.stream,
        address(call, 0, args[at + MatmulKernels.A]),
        address(call, 1, args[at + MatmulKernels.B]),
        address(call, 2, args[at + MatmulKernels.Y]),
        args[at + MatmulKernels.ROWS],
        args[at + MatmulKernels.COLS],
        args[at + MatmulKernels.INNER],
        (int) call.getArg(6),
        (int) call.getArg(7),
        ((float[]) call.getArg(4))[at + MatmulKernels.SCALE],
        args[at + MatmulKernels.KEEP] == 1,
        (int) call.getArg(8));
  }

  private static long address(LibraryInvocation call, int argument, int offset) {
    return call.getDevicePointer(argument) + (long) offset * Float.BYTES;
  }

  @Override
  public void destroyContext(LibraryContext context) {
    // The stream is TornadoVM's, and cuBLAS serves all plans.
  }
}
