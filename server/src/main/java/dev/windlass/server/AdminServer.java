package dev.windlass.server;

import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.Unit;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The admin API over all units of the manager, for people and programs on the same machine. The unit is named
 * {@code server/admin}. Immutable.
 *
 * <table>
 * <caption>Requests; NAME is the full name of a unit, its slashes as they are or as {@code %2F}</caption>
 * <tr><td>{@code GET /api/v1/units}</td><td>all units, and what hangs of those that were succeeded or removed: {@code
 * {"items":[…],"quarantined":[…]}}</td></tr>
 * <tr><td>{@code GET /api/v1/units/NAME}</td><td>one unit with all that is known of it</td></tr>
 * <tr><td>{@code GET /api/v1/units/NAME:threads}</td><td>where each of its threads stands now, also of generations that did not end
 * in time, and of a name that was removed while something of it hangs</td></tr>
 * <tr><td>{@code POST /api/v1/units/NAME:start}</td><td>starts it</td></tr>
 * <tr><td>{@code POST /api/v1/units/NAME:stop}</td><td>stops it</td></tr>
 * <tr><td>{@code POST /api/v1/units/NAME:restart}</td><td>stops it and starts it again</td></tr>
 * <tr><td>{@code POST /api/v1/units/NAME:replace}</td><td>replaces the running generation by a new one of the same description,
 * which gets warm beside it where it can, and is on probation</td></tr>
 * <tr><td>{@code POST /api/v1/units/NAME:reconfigure?workers=8}</td><td>changes settings that need no restart; those that are not named
 * stay</td></tr>
 * <tr><td>{@code POST /api/v1/units/NAME:remove}</td><td>stops it and frees its name</td></tr>
 * <tr><td>{@code POST /api/v1/units/NAME:pause}</td><td>nothing is dispatched any more, watches stay; also after a restart</td></tr>
 * <tr><td>{@code POST /api/v1/units/NAME:resume}</td><td>ends that</td></tr>
 * <tr><td>{@code POST /api/v1/units/NAME:cordon}</td><td>nothing new comes in any more, connections stay; also after a restart</td></tr>
 * <tr><td>{@code POST /api/v1/units/NAME:uncordon}</td><td>ends that</td></tr>
 * <tr><td>{@code GET /api/v1/events}</td><td>a stream of one JSON object a line: the current states, then each transition;
 * empty lines keep it alive; {@code ?unit=NAME} restricts it to one unit</td></tr>
 * <tr><td>{@code GET /api/v1/manager}</td><td>the manager as a whole: its units by state, its worst-case stop, who leads and since when</td></tr>
 * <tr><td>{@code GET /api/v1/quota}</td><td>limits, what is used, by whom, and who waits</td></tr>
 * <tr><td>{@code GET /api/v1/quota:what-if?limits=watches=40}</td><td>what these limits would lead to; does nothing</td></tr>
 * <tr><td>{@code POST /api/v1/quota:set?limits=watches=40}</td><td>sets limits; a dimension that is not named stays as it is, {@code
 * none} takes a limit away</td></tr>
 * <tr><td>{@code GET /openapi.json}</td><td>all of this as an OpenAPI document</td></tr>
 * </table>
 *
 * <p>Options of {@code :stop}, {@code :restart} and {@code :remove} are {@code mode=drain|handoff|abort}, {@code timeout=20s} (the stop's total
 * budget) and {@code cascade=true}; of {@code :replace} they are {@code warmUp=2m}, {@code probation=30s} and {@code cascade=true}; of {@code :reconfigure} all but
 * {@code wait} are settings, see {@link dev.windlass.lifecycle.RunnableHandle#reconfigure(java.util.Map)}. With {@code wait=true} or {@code wait=30s} the answer comes when it is done (200, with the
 * unit or the stop report) or when the time is over (504); otherwise at once (202). A start is done when the unit is ready; the
 * answer then gives the units inside it up to 30 s more to catch up. New limits are done when use is within them. Both requests about
 * limits take {@code scope=NAME} for those of a unit; they are the manager's otherwise.
 *
 * <p>Errors are {@code {"code":404,"reason":"NotFound","message":"…"}}.
 *
 * <p>It listens on the loopback interface only, and every request needs the token that each start makes anew:
 * {@code Authorization: Bearer TOKEN}. The token is in a file that only the user can read; {@link AdminEndpoint} tells where.
 * Requests with the {@code Host} or {@code Origin} of somebody else are refused, so that no web page can speak to it.
 */
public final class AdminServer implements Unit<ServerHandle> {
    private final RunnableSpec spec = HttpRunnable.spec("server/admin", "AdminServer");
    private final BindAddress address;
    private final Path directory;
    private final List<AdminAction> actions;
    private final SecureRandom random = new SecureRandom();

    private AdminServer(BindAddress address, Path directory, List<AdminAction> actions) {
        this.address = address;
        this.directory = directory;
        this.actions = actions;
    }

    /**
     * The admin API at this address, published in {@link AdminEndpoint#defaultDirectory()}.
     *
     * @throws IllegalArgumentException when the address is not one of the loopback interface
     */
    public static AdminServer at(BindAddress address) {
        return at(address, AdminEndpoint.defaultDirectory());
    }

    /**
     * The admin API at this address.
     *
     * @param directory where the token and the description of the endpoint are written
     * @throws IllegalArgumentException when the address is not one of the loopback interface
     */
    public static AdminServer at(BindAddress address, Path directory) {
        if (!address.isLoopback()) {
            throw new IllegalArgumentException(
                    "the admin API cannot listen at %s: it can stop everything, so use an address of the loopback interface,"
                            .formatted(address) + " for example 127.0.0.1:" + address.port());
        }
        return new AdminServer(address, directory, List.of());
    }

    /** The same with more that it can be asked. */
    public AdminServer with(List<AdminAction> more) {
        List<AdminAction> all = new ArrayList<>(actions);
        all.addAll(more);
        return new AdminServer(address, directory, List.copyOf(all));
    }

    @Override
    public RunnableSpec spec() {
        return spec;
    }

    @Override
    public ManagedRunnable newInstance() {
        return new HttpRunnable(address, Failures.JSON, (context, bound) -> {
            String token = token();
            AdminEndpoint endpoint = AdminEndpoint.publish(directory, context, bound, token);
            context.own("file", endpoint.tokenFile().toString(), endpoint::withdraw);
            context.detail("token file", endpoint.tokenFile()::toString);
            return new AccessGuard(bound, token, new AdminHandler(context, actions));
        });
    }

    @Override
    public ServerHandle handle(RunnableHandle base) {
        return new ServerHandle(base);
    }

    private String token() {
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }
}
