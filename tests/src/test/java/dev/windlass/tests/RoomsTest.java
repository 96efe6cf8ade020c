package dev.windlass.tests;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/** The house: which room may use which other, what each may use from outside, and no cycles between packages. */
class RoomsTest {

    private static final String ROOT = "dev.windlass.";

    /** For each room the rooms that it may use. A new room is entered here, and its module in this one's pom.xml. */
    private static final Map<String, Set<String>> ROOMS = Map.ofEntries(
            Map.entry("lifecycle", Set.of()),
            Map.entry("workqueue", Set.of("lifecycle")),
            Map.entry("kubernetes", Set.of("lifecycle")),
            Map.entry("controller", Set.of("lifecycle", "workqueue", "kubernetes")),
            Map.entry("server", Set.of("lifecycle")),
            Map.entry("apiserver", Set.of()),
            Map.entry("testkit", Set.of("lifecycle", "apiserver")),
            Map.entry("examples", Set.of("lifecycle", "workqueue", "kubernetes", "controller", "server")),
            Map.entry("cli", Set.of("lifecycle", "workqueue", "kubernetes", "controller", "server", "apiserver",
                    "examples")));

    /** Programs and examples, which are not there to be called. */
    private static final Set<String> NO_LIBRARIES = Set.of("cli", "examples");

    /** What every room may use from outside the JDK: annotations, a log without a backend. */
    private static final Set<String> EVERYWHERE = Set.of("org.jspecify", "org.slf4j");

    private static final String METERS = "io.prometheus.metrics";
    private static final String JACKSON = "tools.jackson";
    private static final String JETTY = "org.eclipse.jetty";
    private static final String FABRIC8 = "io.fabric8.kubernetes";

    /** For each room what else it may use from outside the JDK; docs/dependencies.md says why. */
    private static final Map<String, Set<String>> LIBRARIES = Map.of(
            "lifecycle", Set.of(METERS),
            "workqueue", Set.of(METERS),
            "kubernetes", Set.of(METERS, FABRIC8, JACKSON, "io.vertx"),
            "controller", Set.of(METERS, FABRIC8),
            "server", Set.of(METERS, JETTY, JACKSON, "com.fasterxml.jackson.annotation"),
            "apiserver", Set.of(JETTY, JACKSON, "com.fasterxml.jackson.annotation", "io.fabric8.zjsonpatch",
                    "org.bouncycastle"),
            "testkit", Set.of(JACKSON, "org.junit", "com.sun.management"),
            "examples", Set.of(FABRIC8, "com.fasterxml.jackson.annotation"),
            "cli", Set.of(FABRIC8, JACKSON, "picocli", "ch.qos.logback"));

    /** Words that name no thing. */
    private static final Set<String> EMPTY_WORDS = Set.of("util", "utils", "common", "impl", "helper", "helpers",
            "misc");

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("dev.windlass");

    @Test
    void theRoomsAreThoseThatAreKnownAndEachIsLookedAt() {
        Set<String> rooms = new TreeSet<>();
        classes.forEach(type -> rooms.add(room(type)));
        assertThat(rooms).isEqualTo(new TreeSet<>(ROOMS.keySet()));
        assertThat(LIBRARIES.keySet()).isEqualTo(ROOMS.keySet());
    }

    @Test
    void aRoomUsesOnlyTheRoomsBelowIt() {
        assertThat(violations((from, to) -> isOurs(to) && !room(from).equals(room(to))
                && !ROOMS.getOrDefault(room(from), Set.of()).contains(room(to)))).isEmpty();
    }

    @Test
    void aRoomUsesOnlyTheLibrariesItMay() {
        assertThat(violations((from, to) -> !isOurs(to) && !isOfTheJdk(to)
                && Stream.concat(EVERYWHERE.stream(), LIBRARIES.getOrDefault(room(from), Set.of()).stream())
                        .noneMatch(allowed -> isIn(to, allowed))))
                .isEmpty();
    }

    @Test
    void internalsOfARoomAreItsOwn() {
        assertThat(violations((from, to) -> isOurs(to) && isInternal(to) && !room(from).equals(room(to)))).isEmpty();
    }

    @Test
    void publicTypesOfALibraryAreInItsRootPackage() {
        assertThat(names(type -> isPublic(type) && !isInternal(type) && !NO_LIBRARIES.contains(room(type))
                && !type.getPackageName().equals(ROOT + room(type)))).isEmpty();
    }

    @Test
    void packagesFormNoCycles() {
        slices().matching("dev.windlass.(**)").should().beFreeOfCycles().check(classes);
    }

    @Test
    void packagesAreNullMarkedAndNamedAfterThings() {
        Set<String> packages = new TreeSet<>();
        classes.forEach(type -> packages.add(type.getPackageName()));
        assertThat(packages).allSatisfy(name -> {
            assertThat(classes.get(name + ".package-info").isAnnotatedWith(NullMarked.class)).as(name).isTrue();
            assertThat(name.split("\\.")).doesNotContainAnyElementsOf(EMPTY_WORDS);
        });
    }

    /** Two managers in one JVM do not see each other: what is static never changes. */
    @Test
    void noLibraryKeepsStateInAStaticField() {
        assertThat(classes.stream().filter(type -> !NO_LIBRARIES.contains(room(type)))
                .flatMap(type -> type.getFields().stream())
                .filter(field -> field.getModifiers().contains(JavaModifier.STATIC)
                        && !field.getModifiers().contains(JavaModifier.FINAL))
                .map(field -> field.getFullName())).isEmpty();
    }

    private interface Forbidden {

        boolean test(JavaClass from, JavaClass to);
    }

    private List<String> violations(Forbidden forbidden) {
        return classes.stream().flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .filter(use -> forbidden.test(use.getOriginClass(), use.getTargetClass().getBaseComponentType()))
                .map(Dependency::getDescription).distinct().sorted().toList();
    }

    private List<String> names(Predicate<JavaClass> which) {
        return classes.stream().filter(which).map(JavaClass::getName).sorted().toList();
    }

    private static boolean isPublic(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(RoomsTest::isPublic).orElse(true);
    }

    private static boolean isOurs(JavaClass type) {
        return type.getPackageName().startsWith(ROOT);
    }

    private static boolean isInternal(JavaClass type) {
        return isIn(type, ROOT + room(type) + ".internal");
    }

    private static boolean isOfTheJdk(JavaClass type) {
        return type.isPrimitive() || isIn(type, "java") || isIn(type, "javax");
    }

    private static boolean isIn(JavaClass type, String where) {
        return type.getPackageName().equals(where) || type.getPackageName().startsWith(where + ".");
    }

    private static String room(JavaClass type) {
        String rest = type.getPackageName().substring(ROOT.length());
        int end = rest.indexOf('.');
        return end < 0 ? rest : rest.substring(0, end);
    }
}
