package dev.windlass.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Gives the tests of a class an API server, or several, as parameters of methods and constructors.
 *
 * <pre>{@code
 * @ApiServers
 * class OneClusterTest {
 *     @Test
 *     void follows(TestApiServer server) { … }
 * }
 *
 * @ApiServers({"north", "south"})
 * class TwoClustersTest {
 *     @Test
 *     void followsBoth(TestApiServer north, TestApiServer south) { … }
 * }
 * }</pre>
 *
 * A parameter has the type {@link TestApiServer}, {@link dev.windlass.apiserver.ApiServer} (only where the server is the embedded one), or fabric8's
 * {@code Config}, which is made from the server's kubeconfig. Where there are several servers it gets that of its own name, or of the name in
 * {@link ServerName}. The servers are started once per run
 * of all tests, when they are needed first, and {@linkplain TestApiServer#clean() cleaned} after each test; what a test
 * started on them must have been stopped by then. Classes with this annotation do not run at the same time as each other.
 * {@link TestApiServer#KIND} says which kind of server it is.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ApiServersExtension.class)
@ResourceLock("dev.windlass.testkit.ApiServers")
public @interface ApiServers {

    /** The names of the servers; there is one, called {@code apiserver}, if there are none. */
    String[] value() default "apiserver";
}
