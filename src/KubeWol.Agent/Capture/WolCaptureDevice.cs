using SharpPcap;
using SharpPcap.LibPcap;
using WolLink = KubeWol.Protocol.LinkType;

namespace KubeWol.Agent.Capture;

/// <summary>
/// SharpPcap's live device with the packet handler overridden: the frame goes to the sink as a span over libpcap's own ring, with no copy and no
/// allocation. See docs/design/capture.md for the settings and what was measured.
/// </summary>
internal sealed class WolCaptureDevice : LibPcapLiveDevice, ICapture
{
    /// <summary>Bytes kept of a frame: a full Ethernet frame with tags. Longer frames are cut, which a magic packet near their front survives.</summary>
    private const int SnapLength = 1600;

    /// <summary>Many times what a thread takes to notice its end.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(3);

    private readonly Nic _nic;
    private readonly IFrameSink _sink;
    private readonly Action<Exception> _fault;
    private readonly Lock _closing = new();
    private readonly Thread _thread;
    private WolLink _link;

    private WolCaptureDevice(PcapInterface @interface, Nic nic, IFrameSink sink, Action<Exception> fault)
        : base(@interface)
    {
        (_nic, _sink, _fault) = (nic, sink, fault);
        _thread = new Thread(Run) { IsBackground = true, Name = $"capture {nic.Name}" };
    }

    /// <inheritdoc/>
    public bool IsRunning => _thread.IsAlive;

    /// <summary>Opens the interface and begins to capture.</summary>
    /// <exception cref="CaptureException">That is not possible; the message says why and what to do.</exception>
    public static WolCaptureDevice Start(Nic nic, AgentOptions options, IFrameSink sink, Action<Exception> fault)
    {
        var @interface = PcapInterface.GetAllPcapInterfaces().FirstOrDefault(i => i.Name == nic.Name)
            ?? throw new CaptureException($"there is no interface {nic.Name}", CaptureProblem.NoInterface);
        var device = new WolCaptureDevice(@interface, nic, sink, fault);
        try
        {
            device.OpenAndFilter(options);
            device._thread.Start();
            return device;
        }
        catch (PcapException e)
        {
            device.Dispose();
            throw e.Error switch
            {
                PcapError.PermissionDenied or PcapError.PromiscuousPermissionDenied => new CaptureException(
                    $"no permission to capture on {nic.Name}: run as root with the capability NET_RAW", CaptureProblem.NoPermission, e),
                PcapError.NoSuchDevice or PcapError.InterfaceNotUp => new CaptureException($"{nic.Name} is gone or switched off", CaptureProblem.NoInterface, e),
                _ => new CaptureException($"cannot capture on {nic.Name}: {e.Message}", CaptureProblem.Other, e),
            };
        }
        catch (CaptureException)
        {
            device.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public CaptureCounts? Counts
    {
        get
        {
            lock (_closing) return Opened ? Libpcap.Counts(Handle) : null;
        }
    }

    /// <inheritdoc/>
    public bool Stop()
    {
        threadCancellationTokenSource.Cancel();
        lock (_closing)
        {
            // SharpPcap's loop only looks at the token between two frames, and libpcap waits without an end for the next one once the
            // interface was switched off.
            if (Opened) Libpcap.Break(Handle);
        }

        if (!_thread.Join(StopLimit)) return false; // what it may still use must not be freed
        lock (_closing) Close();
        return true;
    }

    protected override unsafe void PacketHandler(nint param, nint header, nint data)
    {
        try
        {
            // struct pcap_pkthdr: two words of time, then the captured and the original length.
            var time = (nint*)header;
            var captured = *(uint*)(time + 2);
            var capturedAt = DateTimeOffset.UnixEpoch.AddTicks(time[0] * TimeSpan.TicksPerSecond + time[1] * TimeSpan.TicksPerMicrosecond);
            _sink.Receive(_nic, _link, new ReadOnlySpan<byte>((void*)data, (int)captured), capturedAt);
        }
#pragma warning disable CA1031 // called from C: an exception that passed through it would abort the process
        catch (Exception e)
#pragma warning restore CA1031
        {
            _fault(e);
        }
    }

    private void OpenAndFilter(AgentOptions options)
    {
        Open(new DeviceConfiguration
        {
            Mode = options.Promiscuous ? DeviceModes.Promiscuous : DeviceModes.None,
            Immediate = true, // otherwise a lone frame waits for a block of the ring to fill
            Snaplen = SnapLength,
            BufferSize = options.BufferMebibytes * 1024 * 1024,
            ReadTimeout = 100,
        });
        _link = (WolLink)(int)LinkType;
        Filter = _link switch
        {
            WolLink.Ethernet => WolFilter.ForEthernet(options.Ports),
            WolLink.LinuxCooked or WolLink.LinuxCooked2 => WolFilter.ForCooked(options.Ports),
            _ => throw new CaptureException($"{_nic.Name} is no Ethernet interface (libpcap link type {(int)_link})", CaptureProblem.NotEthernet),
        };
        if (!Libpcap.ReceiveOnly(Handle)) throw new CaptureException($"{_nic.Name} cannot be told to leave out what this node sends: {LastError}", CaptureProblem.Other);
        OnPacketArrival += static (_, _) => { }; // SharpPcap insists on a handler, which the override leaves without work
    }

    private void Run()
    {
        try
        {
            Capture();
        }
#pragma warning disable CA1031 // the edge of a thread: an exception here would end the process without a word
        catch (Exception e)
#pragma warning restore CA1031
        {
            _fault(e);
        }
    }
}
