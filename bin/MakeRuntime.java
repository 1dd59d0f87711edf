import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.attribute.ModuleResolutionAttribute;
import java.lang.module.ModuleFinder;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.tools.jlink.internal.PluginRepository;
import jdk.tools.jlink.plugin.Plugin;
import jdk.tools.jlink.plugin.ResourcePool;
import jdk.tools.jlink.plugin.ResourcePoolBuilder;
import jdk.tools.jlink.plugin.ResourcePoolEntry;

/**
 * Makes the Java runtime that {@code bin/jackpot} starts: modules of this JDK, of which {@code
 * jdk.incubator.vector} is one like any other. So the JVM does not warn of it at each start, and it
 * needs no flag. The arguments are the folder of the runtime, the folder of the jars, and {@code
 * few} or {@code all} modules of the JDK; with {@code none} it makes no runtime.
 *
 * <p>Jars whose classes have the format of Java 5 or before are rewritten in that of this JDK,
 * since an ahead-of-time cache takes no others.
 */
public final class MakeRuntime {
  private static final String VECTORS = "jdk.incubator.vector";

  /** What the jars need by jdeps, and what users may ask of a JVM. */
  private static final String MODULES =
      VECTORS
          + ",java.logging,java.management,java.net.http,java.sql,java.xml,jdk.jfr,jdk.management,"
          + "jdk.management.agent,jdk.unsupported,jdk.zipfs";

  /**
   * The JVM compiles vectors if it loads their module. With an ahead-of-time cache it does not load
   * it, since the cache has it, and each vector becomes an object, unless these options ask for it.
   */
  private static final String OPTIONS =
      "-XX:+UnlockExperimentalVMOptions -XX:+EnableVectorSupport -XX:+EnableVectorReboxing"
          + " -XX:+EnableVectorAggressiveReboxing";

  /** From this version on, the verifier uses stack maps. */
  private static final int STACK_MAPS = 50;

  private MakeRuntime() {}

  /** Removes the mark of an incubating module from its descriptor. */
  private static final class Unmark implements Plugin {
    @Override
    public String getName() {
      return "unmark";
    }

    @Override
    public Category getType() {
      return Category.FILTER;
    }

    @Override
    public ResourcePool transform(ResourcePool in, ResourcePoolBuilder out) {
      in.transformAndCopy(Unmark::unmarked, out);
      return out.build();
    }

    private static ResourcePoolEntry unmarked(ResourcePoolEntry entry) {
      if (!entry.path().equals("/" + VECTORS + "/module-info.class")) {
        return entry;
      }
      ClassFile file = ClassFile.of();
      ClassTransform drop = ClassTransform.dropping(ModuleResolutionAttribute.class::isInstance);
      return entry.copyWithContent(file.transformClass(file.parse(entry.contentBytes()), drop));
    }
  }

  public static void main(String[] args) throws IOException {
    try (Stream<Path> jars = Files.list(Path.of(args[1]))) {
      for (Path jar : jars.filter(file -> file.toString().endsWith(".jar")).toList()) {
        rewrite(jar);
      }
    }
    if (args[2].equals("none")) {
      return;
    }
    PluginRepository.registerPlugin(new Unmark());
    String modules = args[2].equals("all") ? all() : MODULES;
    System.exit(
        ToolProvider.findFirst("jlink")
            .orElseThrow()
            .run(
                System.out,
                System.err,
                "--unmark",
                "--add-options=" + OPTIONS,
                "--add-modules",
                modules,
                "--output",
                args[0]));
  }

  /** All modules but the linker and what needs it, which a runtime cannot have. */
  private static String all() {
    return ModuleFinder.ofSystem().findAll().stream()
        .map(module -> module.descriptor().name())
        .filter(name -> !List.of("jdk.jlink", "jdk.jpackage").contains(name))
        .collect(Collectors.joining(","));
  }

  private static void rewrite(Path jar) throws IOException {
    Path rewritten = jar.resolveSibling("rewritten");
    boolean changed = false;
    try (JarFile in = new JarFile(jar.toFile());
        URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()});
        OutputStream file = Files.newOutputStream(rewritten);
        JarOutputStream out = new JarOutputStream(file)) {
      ClassFile format =
          ClassFile.of(
              StackMapsOption.GENERATE_STACK_MAPS,
              ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(loader)));
      for (JarEntry entry : in.stream().toList()) {
        byte[] bytes = in.getInputStream(entry).readAllBytes();
        if (entry.getName().endsWith(".class")) {
          ClassModel model = format.parse(bytes);
          if (model.majorVersion() < STACK_MAPS) {
            bytes = format.transformClass(model, TODAY);
            changed = true;
          }
        }
        out.putNextEntry(new JarEntry(entry.getName()));
        out.write(bytes);
      }
    }
    if (changed) {
      Files.move(rewritten, jar, StandardCopyOption.ATOMIC_MOVE);
    } else {
      Files.delete(rewritten);
    }
  }

  /** The same code, which gets its stack maps as it is written. */
  private static final ClassTransform TODAY =
      ClassTransform.transformingMethodBodies((code, element) -> code.with(element))
          .andThen((builder, element) ->
              builder.with(
                  element instanceof ClassFileVersion
                      ? ClassFileVersion.of(ClassFile.latestMajorVersion(), 0)
                      : element));
}
