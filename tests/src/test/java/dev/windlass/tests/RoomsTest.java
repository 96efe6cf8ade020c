package dev.windlass.tests;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/** The house: which room may use which other, what each may use from outside, and no cycles between packages. */
class RoomsTest {

    private static final String ROOT = "dev.windlass.";

    /** For each room the rooms that it may use. */
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

    /** For the rooms whose use of libraries is limited, the packages outside the JDK that they may use. */
    private static final Map<String, Set<String>> LIBRARIES = Map.of(
            "lifecycle", Set.of("org.slf4j", "io.prometheus.metrics", "org.jspecify"),
            "workqueue", Set.of("org.slf4j", "io.prometheus.metrics", "org.jspecify"),
            "server", Set.of("org.slf4j", "io.prometheus.metrics", "org.jspecify", "org.eclipse.jetty", "tools.jackson",
                    "com.fasterxml.jackson.annotation"));

    private final JavaClasses classes = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("dev.windlass");

    @Test
    void everyRoomIsKnown() {
        assertThat(classes).isNotEmpty();
        Set<String> rooms = new TreeSet<>();
        classes.forEach(type -> rooms.add(room(type)));
        assertThat(ROOMS.keySet()).containsAll(rooms);
    }

    @Test
    void aRoomUsesOnlyTheRoomsBelowIt() {
        assertThat(violations((from, to) -> isOurs(to) && !room(from).equals(room(to))
                && !ROOMS.getOrDefault(room(from), Set.of()).contains(room(to)))).isEmpty();
    }

    @Test
    void aRoomUsesOnlyTheLibrariesItMay() {
        assertThat(violations((from, to) -> {
            Set<String> allowed = LIBRARIES.get(room(from));
            String name = to.getPackageName();
            return allowed != null && !isOurs(to) && !name.isEmpty() && !name.startsWith("java.")
                    && !name.startsWith("javax.") && allowed.stream().noneMatch(name::startsWith);
        })).isEmpty();
    }

    @Test
    void internalsOfARoomAreItsOwn() {
        assertThat(violations((from, to) -> isOurs(to) && to.getPackageName().contains(".internal")
                && !room(from).equals(room(to)))).isEmpty();
    }

    @Test
    void packagesFormNoCycles() {
        slices().matching("dev.windlass.(**)").should().beFreeOfCycles().check(classes);
    }

    private interface Forbidden {

        boolean test(JavaClass from, JavaClass to);
    }

    private List<String> violations(Forbidden forbidden) {
        return classes.stream().flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                .filter(use -> forbidden.test(use.getOriginClass(), use.getTargetClass().getBaseComponentType()))
                .map(Dependency::getDescription).distinct().sorted().toList();
    }

    private static boolean isOurs(JavaClass type) {
        return type.getPackageName().startsWith(ROOT);
    }

    private static String room(JavaClass type) {
        String rest = type.getPackageName().substring(ROOT.length());
        int end = rest.indexOf('.');
        return end < 0 ? rest : rest.substring(0, end);
    }
}
