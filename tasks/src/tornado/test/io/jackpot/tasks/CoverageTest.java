package io.jackpot.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.KernelContext;

/** No kernel without a test on the device. */
class CoverageTest {

  @Test
  void everyKernelIsComparedWithTheCpuOnTheDevice() throws Exception {
    Set<String> kernels = new TreeSet<>();
    for (Class<?> each : classesBeside(Kernel.class)) {
      for (Method method : each.getDeclaredMethods()) {
        Class<?>[] parameters = method.getParameterTypes();
        if (parameters.length > 0
            && parameters[0] == KernelContext.class
            && !method.isSynthetic()) {
          kernels.add(each.getSimpleName() + "." + method.getName());
        }
      }
    }
    Set<String> covered = new TreeSet<>();
    for (Class<?> test : classesBeside(CoverageTest.class)) {
      List<AnnotatedElement> elements = new ArrayList<>(List.of(test));
      elements.addAll(Arrays.asList(test.getDeclaredMethods()));
      for (AnnotatedElement element : elements) {
        if (element.isAnnotationPresent(Covers.class)) {
          covered.addAll(List.of(element.getAnnotation(Covers.class).value()));
        }
      }
    }
    assertThat(kernels).as("kernels that the walk finds").contains("MatmulKernels.matmul");
    assertThat(covered).containsExactlyElementsOf(kernels);
  }

  /** All classes of the folder that {@code one} was compiled to. */
  private static List<Class<?>> classesBeside(Class<?> one)
      throws IOException, ReflectiveOperationException {
    Path root = Path.of(one.getProtectionDomain().getCodeSource().getLocation().getPath());
    List<Class<?>> classes = new ArrayList<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        String name = root.relativize(file).toString().replace('/', '.');
        if (!name.endsWith("-info.class")) {
          classes.add(
              Class.forName(
                  name.substring(0, name.length() - ".class".length()),
                  false,
                  CoverageTest.class.getClassLoader()));
        }
      }
    }
    return classes;
  }
}
