"""A script for the system's Python that publishes a picture and a tone by WHIP on loopback.

gstreamer_publisher.py ADDRESS KEY
"""

import sys
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402 - their versions are chosen first

H264 = "media=video,encoding-name=H264,payload=96"
OPUS = "media=audio,encoding-name=OPUS,payload=97"
PIPELINE = f"""
videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=360,framerate=25/1
  ! x264enc tune=zerolatency speed-preset=ultrafast bitrate=600 key-int-max=50
  ! video/x-h264,profile=constrained-baseline ! h264parse
  ! rtph264pay config-interval=-1 pt=96 ! application/x-rtp,{H264} ! publisher.
audiotestsrc is-live=true volume=0.2 ! audioconvert ! audioresample ! opusenc
  ! rtpopuspay pt=97 ! application/x-rtp,{OPUS} ! publisher.
webrtcbin name=publisher bundle-policy=max-bundle
"""
SEND_ONLY = GstWebRTC.WebRTCRTPTransceiverDirection.SENDONLY
SERVICE_UNAVAILABLE = 503
ASKED_AGAIN_AFTER_MS = 200
COMPLETE = GstWebRTC.WebRTCICEGatheringState.COMPLETE


class Publisher:
    """A publishing connection. It sends the offer once all ICE candidates are in it."""

    def __init__(self, address: str, key: str) -> None:
        self.address, self.key = address, key
        self.pipeline = Gst.parse_launch(PIPELINE)
        self.webrtc = self.pipeline.get_by_name("publisher")
        self.ice = self.webrtc.get_property("ice-agent")  # kept, because Python holds the only reference to it
        self.ice.emit("add-local-ip-address", "127.0.0.1")
        self.webrtc.connect("on-negotiation-needed", lambda _: self.offer())
        self.webrtc.connect("notify::ice-gathering-state", lambda *_: self.gathered())

    def run(self) -> None:
        self.pipeline.set_state(Gst.State.PLAYING)
        GLib.MainLoop().run()

    def offer(self) -> None:
        number = 0
        while transceiver := self.webrtc.emit("get-transceiver", number):
            transceiver.set_property("direction", SEND_ONLY)
            transceiver.set_property("do-nack", True)
            number += 1
        self.webrtc.emit("create-offer", None, Gst.Promise.new_with_change_func(self.offered))

    def offered(self, promise: Gst.Promise) -> None:
        reply = promise.get_reply()  # kept in a variable: its values are freed together with it
        self.webrtc.emit("set-local-description", reply.get_value("offer"), Gst.Promise.new())

    def gathered(self) -> None:
        if self.webrtc.get_property("ice-gathering-state") == COMPLETE:
            GLib.timeout_add(ASKED_AGAIN_AFTER_MS, self.publish)

    def publish(self) -> bool:
        """Post the offer and take the answer. True asks GLib for another call, while there is no media process."""
        described = self.webrtc.get_property("local-description")
        offer = described.sdp.as_text()
        headers = {"content-type": "application/sdp", "authorization": f"Bearer {self.key}"}
        try:
            with urlopen(Request(self.address, offer.encode(), headers)) as response:
                _, sdp = GstSdp.SDPMessage.new_from_text(response.read().decode())
        except HTTPError as error:
            if error.code == SERVICE_UNAVAILABLE:
                return True
            raise
        answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, sdp)
        self.webrtc.emit("set-remote-description", answer, Gst.Promise.new())
        print("published", flush=True)
        return False


def version() -> str:
    """The version of GStreamer. Ends the process when an element or one of its libraries is missing."""
    pipeline = Gst.parse_launch(PIPELINE)
    works = pipeline.set_state(Gst.State.READY) != Gst.StateChangeReturn.FAILURE
    pipeline.set_state(Gst.State.NULL)
    return Gst.version_string() if works else sys.exit("webrtcbin does not start")


if __name__ == "__main__":
    Gst.init(None)
    if sys.argv[1:] == ["--version"]:
        print(version())
    else:
        Publisher(*sys.argv[1:]).run()
