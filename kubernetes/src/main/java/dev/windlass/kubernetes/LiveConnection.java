package dev.windlass.kubernetes;

import dev.windlass.lifecycle.RevokedException;
import dev.windlass.lifecycle.RunnableContext;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** One generation of a cluster as its users see it. */
final class LiveConnection implements ClusterConnection, AutoCloseable {

    private final String name;
    private final RunnableContext context;
    private final Transport transport;
    private final Serializations serializations;
    private final Supplier<InformerRegistry> informers;
    private final Set<OwnedRequests> clients = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;
    private volatile boolean lost;

    LiveConnection(String name, RunnableContext context, Transport transport, Serializations serializations,
            Supplier<InformerRegistry> informers) {
        this.name = name;
        this.context = context;
        this.transport = transport;
        this.serializations = serializations;
        this.informers = informers;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long generation() {
        return context.generation();
    }

    @Override
    public RunnableContext context() {
        return context;
    }

    @Override
    public Client client(RunnableContext owner, WriteFence fence) {
        OwnedRequests requests = new OwnedRequests(transport, owner, fence, clients::remove);
        clients.add(requests);
        try {
            owner.own("client", "cluster " + name, requests);
        } catch (RuntimeException e) {
            requests.close();
            throw e;
        }
        owner.cancelled().onSet(requests::revoke);
        if (closed) {
            requests.close();
            throw new RevokedException(
                    "cluster " + name + " gives out no more clients: " + context.id() + " has ended");
        }
        return new ApiClient(requests, serializations);
    }

    @Override
    public Informers informers() {
        return registry();
    }

    /** Another one after each start of the unit that runs it. */
    InformerRegistry registry() {
        return informers.get();
    }

    /** Whether the cluster is disconnected at the moment. */
    boolean lost() {
        return lost;
    }

    void lost(boolean now) {
        lost = now;
    }

    Transport transport() {
        return transport;
    }

    int clientCount() {
        return clients.size();
    }

    /** The cluster ends: owners outside of its scope lose their clients too. */
    @Override
    public void close() {
        closed = true;
        clients.forEach(OwnedRequests::close);
    }
}
