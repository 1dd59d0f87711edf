package io.jackpot.terminal;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/** The terminal that standard error may be, asked of the operating system. */
public final class Terminal {
  private static final int STANDARD_ERROR = 2;

  /** The request of ioctl(2) for the window's size: rows and columns, two shorts first of four. */
  private static final Map<String, Long> WINDOW_SIZE =
      Map.of("linux", 0x5413L, "mac os x", 0x40087468L);

  private static final int USUAL_COLUMNS = 80;

  private Terminal() {}

  /** Whether standard error is a terminal, whatever standard output is. */
  public static boolean isStandardError() {
    return windowColumns().isPresent();
  }

  /**
   * The width of that terminal in characters, as it is now. One that has no width has that of the
   * environment's {@code COLUMNS}, or 80.
   */
  public static int columns() {
    int columns = windowColumns().orElse(0);
    String said = System.getenv().getOrDefault("COLUMNS", "");
    int usual = said.matches("[1-9]\\d{0,3}") ? Integer.parseInt(said) : USUAL_COLUMNS;
    return columns > 0 ? columns : usual;
  }

  /** The width of the window behind standard error; empty if there is none. */
  private static OptionalInt windowColumns() {
    Long request = WINDOW_SIZE.get(System.getProperty("os.name").toLowerCase(Locale.ROOT));
    if (request == null) {
      return OptionalInt.empty();
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment size = arena.allocate(ValueLayout.JAVA_SHORT, 4);
      int status = (int) Ioctl.HANDLE.invokeExact(STANDARD_ERROR, (long) request, size);
      return status == 0
          ? OptionalInt.of(Short.toUnsignedInt(size.getAtIndex(ValueLayout.JAVA_SHORT, 1)))
          : OptionalInt.empty();
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** {@code int ioctl(int, unsigned long, ...)}, linked when it is first asked for. */
  private static final class Ioctl {
    static final MethodHandle HANDLE =
        Linker.nativeLinker()
            .downcallHandle(
                Linker.nativeLinker().defaultLookup().findOrThrow("ioctl"),
                FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.ADDRESS),
                Linker.Option.firstVariadicArg(2));
  }
}
