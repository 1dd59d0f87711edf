package io.jackpot.cli;

import static java.util.stream.Collectors.toCollection;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.constant.ClassDesc;
import java.lang.reflect.AccessFlag;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The methods that TornadoVM compiles, read from class files, so that neither TornadoVM nor the
 * classes are loaded: those that take a {@code KernelContext} and those with {@code @Parallel}
 * loops.
 */
final class KernelMethods {
  static final ClassDesc CONTEXT = ClassDesc.of("uk.ac.manchester.tornado.api.KernelContext");
  private static final ClassDesc PARALLEL =
      ClassDesc.of("uk.ac.manchester.tornado.api.annotations.Parallel");

  private KernelMethods() {}

  /** Those of all classes in the folder or jar that {@code type} comes from, as Class.method. */
  static Set<String> besides(Class<?> type) throws IOException, URISyntaxException {
    Path origin = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    if (Files.isDirectory(origin)) {
      return under(origin);
    }
    try (FileSystem jar = FileSystems.newFileSystem(origin)) {
      return under(jar.getPath("/"));
    }
  }

  private static Set<String> under(Path root) throws IOException {
    Set<String> found = new TreeSet<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        found.addAll(of(Files.readAllBytes(file)));
      }
    }
    return found;
  }

  /** Those of one class. */
  static Set<String> of(byte[] classFile) {
    ClassModel model = ClassFile.of().parse(classFile);
    String simpleName = model.thisClass().asSymbol().displayName();
    return model.methods().stream()
        .filter(method -> method.flags().has(AccessFlag.PUBLIC))
        .filter(method -> method.flags().has(AccessFlag.STATIC))
        .filter(method -> takesContext(method) || hasParallelLoop(method))
        .map(method -> simpleName + "." + method.methodName().stringValue())
        .collect(toCollection(TreeSet::new));
  }

  private static boolean takesContext(MethodModel method) {
    return method.methodTypeSymbol().parameterList().contains(CONTEXT);
  }

  private static boolean hasParallelLoop(MethodModel method) {
    return method
        .findAttribute(Attributes.code())
        .flatMap(code -> code.findAttribute(Attributes.runtimeVisibleTypeAnnotations()))
        .stream()
        .flatMap(attribute -> attribute.annotations().stream())
        .anyMatch(typed -> typed.annotation().classSymbol().equals(PARALLEL));
  }
}
